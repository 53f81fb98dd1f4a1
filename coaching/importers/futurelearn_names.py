"""What the name of a FutureLearn export says: `<course>-<run>_<type>.csv`, also after browsers and people were at it.

The run stands nowhere else. So a name that can be read two ways is not guessed at: somebody has to say.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

ENROLMENTS, STEPS, TEAM = "enrolments", "step-activity", "team-members"
# The types that FutureLearn exports, as they stand in the name of a file.
KINDS = (
    ENROLMENTS,
    STEPS,
    TEAM,
    "leaving-survey-responses",
    "archetype-survey-responses",
    "weekly-sentiment-survey-responses",
    "question-response",
    "video-stats",
    "comments",
    "campaigns",
    "peer-review-assignments",
    "peer-review-reviews",
)
HOW_IT_IS_NAMED = "FutureLearn names it like my-course-3_enrolments.csv"

_ENDING = re.compile(r"\.(?:csv|txt)$")
_COPY = re.compile(r"(?:\s*[(\[]\d+[)\]]|[\s_-]+(?:copy|kopie|copie|copia)(?:[\s_-]*\(?\d+\)?)?)$")
_COPY_OF = re.compile(r"^(?:copy of|kopie von|copie de|copia de)\s+")
_KIND = re.compile(
    "(?P<kind>" + "|".join(kind.replace("enrolments", "enroll?ments").replace("-", "[-_ ]?") for kind in KINDS) + ")"
)
_MOST_DIGITS = 3
_LONGEST_COURSE = 200


@dataclass(frozen=True, slots=True)
class ExportName:
    """The course, its run and the type, as far as the name has them. `doubt` says why a run is not taken from it.

    `guess` is the course and run that it could be of: believed where another file is clearly of that course.
    """

    course: str = ""
    run: int | None = None
    kind: str = ""
    doubt: str = ""
    guess: tuple[str, int] | None = None

    @property
    def key(self) -> str:
        return key_of(self.course, self.run) if self.course and self.run is not None else ""


def key_of(course: str, run: int) -> str:
    """What names a run on the platform."""
    return f"{course}-{run}"


def as_slug(text: str) -> str:
    """A course as FutureLearn writes it: in small letters, with hyphens where something made underscores of them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "-".join(re.findall(r"[^\W_]+", folded))[:_LONGEST_COURSE]


def read_name(name: str) -> ExportName:
    """What this name says. Folders before it say nothing."""
    stem = _without_copies(re.split(r"[/\\]", name)[-1])
    found = list(_KIND.finditer(stem))
    if not found:
        return ExportName(doubt=f"The file's name does not say which course and run it is of: {HOW_IT_IS_NAMED}.")
    last = found[-1]
    kind = next(kind for kind in KINDS if re.sub(r"[-_ ]", "", last["kind"]).replace("ll", "l") == _bare(kind))
    head, tail = stem[: last.start()].strip(" -_"), stem[last.end() :].strip(" -_.")
    if len(found) > 1 or tail:
        doubt = (
            "The file's name has more in it than a course, one run and one type, so which run it is of is not clear."
        )
        return ExportName(course=as_slug(_KIND.split(head)[0]) if len(found) == 1 else "", kind=kind, doubt=doubt)
    return _read_head(head, kind)


def _bare(kind: str) -> str:
    return kind.replace("-", "").replace("ll", "l")


def _without_copies(stem: str) -> str:
    """The name as it was before somebody's browser or desktop made it another one."""
    stem = unicodedata.normalize("NFKC", stem).casefold().strip()
    while True:
        shorter = _COPY_OF.sub("", _COPY.sub("", _ENDING.sub("", stem))).strip()
        if shorter == stem:
            return stem
        stem = shorter


def _read_head(head: str, kind: str) -> ExportName:
    """The course and the run from what stands before the type."""
    words = re.findall(r"[^\W_]+", head)
    if not words or not _is_run(words[-1]):
        what = "run it is of" if words else "course and run it is of"
        doubt = f"The file's name does not say which {what}: {HOW_IT_IS_NAMED}."
        return ExportName(course=as_slug(head), kind=kind, doubt=doubt)
    *before, last = words
    if before and before[-1] in {"run", "r"}:
        before.pop()
    course = as_slug(" ".join(before))
    if not course:
        doubt = f"The file's name does not say which course it is of: {HOW_IT_IS_NAMED}."
        return ExportName(run=int(last), kind=kind, doubt=doubt)
    if _names_two_runs(before, int(last), head):
        doubt = (
            "The file's name can be read as two runs, and the rows do not say which they are of. "
            "Say which run it is; if rows of two runs were put into one file, export each run by itself."
        )
        return ExportName(course=course, kind=kind, doubt=doubt, guess=(course, int(last)))
    return ExportName(course=course, run=int(last), kind=kind)


def _is_run(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS and int(word) > 0


def _names_two_runs(before: list[str], last: int, head: str) -> bool:
    """`course-1-2`, `course-1+2`, `course-1 and 2`, `course-1-course-2`, `course-1_other-2`; but neither `covid-19-2`,
    since 19 to 2 are no runs, nor `python-101-3`."""
    if re.search(r"\d\s*[+&,;]\s*\D*\d+$|-\d+_(?=\S*[-_]\d)", head):
        return True
    if before[-1] in {"and", "to", "und", "et"} and len(before) > 1 and _is_run(before[-2]):
        return True
    if _is_run(before[-1]) and int(before[-1]) < last:
        return True
    return any(_is_run(word) and before[:at] == before[at + 1 :] for at, word in enumerate(before))
