"""Names of people as files write them: cleaned for showing, split from the original name, folded for comparing."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 200
# Nobody reads further, and what is done with a name takes time.
_MAX_READ = 1_000

# Characters that change how the text around them is shown, and have no business in a name.
_UNSHOWABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_JOINERS = "\u200d\ufe0f"
# Letters that are not a plain letter with a mark, so that taking marks off does not reach them.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
# Signs inside a word: taken out, so that O'Neil and ONeil fold alike.
_INSIDE_WORDS = dict.fromkeys(map(ord, "'’‘`´ʼ\u200c\u200d"))
_SIGNS = re.compile(r"[\W_]+", re.ASCII)


def clean_name(text: str) -> str:
    """The name on one line, without characters that would disturb a page, and of a length that can be worked with."""
    text = unicodedata.normalize("NFC", text) if not text.isascii() else text
    return " ".join(_UNSHOWABLE.sub("", text).split())[:_MAX_READ].rstrip()


def cap_name(name: str) -> str:
    """At most 200 characters; a longer name ends in an ellipsis, not in half of a joined emoji."""
    if len(name) <= MAX_NAME:
        return name
    kept = name[: MAX_NAME - 1]
    while kept and (kept[-1] in _JOINERS or unicodedata.combining(name[len(kept)]) or name[len(kept)] in _JOINERS):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def split_original(name: str) -> tuple[str, str]:
    """`Display (Original)` in its two names; the second is empty when there is none."""
    if not name.endswith(")"):
        return name, ""
    depth, place = 1, len(name) - 1
    while depth and place > 0:
        opening, closing = name.rfind("(", 0, place), name.rfind(")", 0, place)
        place = max(opening, closing)
        depth += 1 if closing > opening else -1
    shown = name[: max(place, 0)].strip()
    return (shown, name[place + 1 : -1].strip()) if shown and depth == 0 else (name, "")


def fold_name(name: str) -> str:
    """The name without case, accents and punctuation: two spellings of one name fold to the same text.

    Only the marks of European scripts go; in Hindi or Thai the marks are vowels, and tell people apart.
    """
    folded = name.casefold().translate(_INSIDE_WORDS)
    if folded.isascii():
        return _SIGNS.sub(" ", folded).strip()
    plain = unicodedata.normalize("NFKD", folded).translate(_PLAIN)
    plain = unicodedata.normalize("NFC", "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f"))
    return " ".join("".join(letter if _is_wordly(letter) else " " for letter in plain).split())


def _is_wordly(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNM"
