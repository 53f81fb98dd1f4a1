"""What FutureLearn's exports say of a run, and what they are told of that is not as it should be."""

from __future__ import annotations

import pytest

from coaching.errors import Invalid
from coaching.importers.base import MOST_SHOWN
from coaching.importers.futurelearn import FUTURELEARN
from coaching.importers.lines import CHUNK
from tests.importers.exports import (
    BEGAN,
    ENROLMENTS,
    STEPS,
    TEAM,
    enrolment,
    fixtures,
    from_bytes,
    problems,
    read,
    source,
    step,
    zipped,
)

NAME = "my-course-3_enrolments.csv"
LATER = "2021-04-01 09:30:00 UTC"


def test_two_runs_with_all_their_exports() -> None:
    found = read(fixtures())
    assert found.figures == {
        "quality-improvement-1": {
            "joiners": 4,
            "statements": 1,
            "learners": 4,
            "active": 3,
            "completed_50": 2,
            "completed_90": 1,
        },
        "quality-improvement-2": {
            "joiners": 3,
            "statements": 0,
            "learners": 0,
            "active": 0,
            "completed_50": 0,
            "completed_90": 0,
        },
    }
    assert found.learners == {"quality-improvement-1": 4, "quality-improvement-2": 3}
    assert found.people == 5
    first, second = found.findings.runs
    assert (first.course, first.label, first.first_day, first.last_day) == (
        "quality-improvement", "Run 1", "2021-02-20", "2021-04-05"
    )  # fmt: skip
    assert first.has_learners
    assert second.last_day == "2022-06-01"
    assert {file.name.partition("_")[2]: file.rows for file in found.findings.files if "-1_" in file.name} == {
        "archetype-survey-responses.csv": 2,
        "enrolments.csv": 6,
        "leaving-survey-responses.csv": 1,
        "question-response.csv": 1,
        "step-activity.csv": 10,
        "team-members.csv": 2,
        "video-stats.csv": 1,
        "weekly-sentiment-survey-responses.csv": 2,
    }
    assert not any(file.problems for file in found.findings.files)
    total = sum(file.size for file in fixtures())
    assert found.watched == sorted(found.watched)
    assert found.watched[-1] == total


def test_a_zip_of_them_says_the_same() -> None:
    files = {f"runs/../../{file.name}": file.open().read() for file in fixtures()}
    found = read([zipped("exports.zip", files | {"__MACOSX/._x.csv": b"\0", "runs/.DS_Store": b"\0"})])
    assert found.figures == read(fixtures()).figures
    assert {file.name for file in found.findings.files} == {file.name for file in fixtures()}


def test_a_file_of_headings_alone_tells_nought() -> None:
    found = read([source(NAME, ENROLMENTS)])
    assert found.figures == {"my-course-3": {"joiners": 0, "statements": 0}}
    assert (found.only.rows, found.only.problem_count) == (0, 0)


def test_who_left_the_course_did_enrol() -> None:
    found = read([source(NAME, ENROLMENTS, enrolment("a", left=LATER), enrolment("b"))])
    assert found.only.counts["joiners"] == 2
    assert found.only.counts["unenrolled"] == 1
    assert any("did enrol" in note for note in found.only.notes)


def test_one_learner_twice_counts_once_and_it_is_said() -> None:
    found = read([source(NAME, ENROLMENTS, enrolment("a"), enrolment("b"), enrolment("a", fully=LATER))])
    assert (found.only.rows, found.only.counts["joiners"], found.only.counts["fully_participated"]) == (3, 2, 1)
    assert any(note.startswith("1 of the rows name a learner again") for note in found.only.notes)


def test_whoever_is_staff_by_one_row_or_file_is_staff_in_all() -> None:
    rows = [enrolment("a"), enrolment("b", fully=LATER), enrolment("c"), enrolment("b", role="Organisation_Admin")]
    files = [
        source("my-course-3_step-activity.csv", STEPS, step("a", "1.1"), step("b", "1.1"), step("c", "1.1")),
        source(NAME, ENROLMENTS, *rows),
        source("my-course-3_team-members.csv", TEAM, "c,Sam,Lee,educator,organisation_admin"),
        source("my-course-4_enrolments.csv", ENROLMENTS, enrolment("c")),
    ]
    for order in (files, files[::-1]):
        found = read(order)
        assert found.figures["my-course-3"]["joiners"] == 1
        assert found.figures["my-course-3"]["learners"] == 1
        assert found.file(NAME).counts["fully_participated"] == 0
        assert found.figures["my-course-4"]["joiners"] == 1, "Staff of a run may learn in another."
        assert found.people == 2


def test_rows_that_cannot_be_taken_are_told_and_hide_no_other() -> None:
    found = read(
        [
            source(
                NAME,
                ENROLMENTS,
                enrolment("a"),
                "b,too,short",
                enrolment(""),
                "",
                enrolment("c") + ",more",
                enrolment("d").replace("GB", "G\0B"),
                '"' + enrolment("e"),
                enrolment("f", at="yesterday"),
                enrolment("g", role=""),
                enrolment("=HYPERLINK(1)"),
                enrolment("h", fully="31/12/2021"),
                enrolment("i", fully="2021-01-01 00:00:00 UTC"),
                enrolment(" j "),
                enrolment("j"),
                enrolment("k") + ",,",
                enrolment("x" * 300),
                enrolment("l", at="2021-02-29 08:00:00 UTC"),
                enrolment("m", at=""),
            )
        ]
    )
    told = problems(found.only)
    assert {number: reason.split(" ")[1] for number, reason in told.items()} == {
        3: "row", 4: "row", 6: "row", 7: "row", 8: "row", 9: "time", 10: "row", 12: "time", 13: "time",
        17: "learner's", 18: "time", 19: "row",
    }  # fmt: skip
    assert found.only.problem_count == 12
    assert "3 cells where there are 13 headings" in told[3]
    assert "names no learner" in told[4]
    assert "NUL" in told[7]
    assert "names no role" in told[10]
    assert "does not count" in told[12]
    assert "before the enrolment" in told[13]
    # a, f, =HYPERLINK(1), h, i, j, k, l, m.
    assert found.only.counts["joiners"] == 9
    assert found.only.counts["fully_participated"] == 1
    assert found.only.rows == 17
    assert not any("yesterday" in reason or "HYPERLINK" in reason for reason in told.values())


def test_all_bad_rows_are_counted_and_the_first_are_shown() -> None:
    found = read([source(NAME, ENROLMENTS, *["short"] * (MOST_SHOWN + 5), enrolment("a"))])
    assert found.only.problem_count == MOST_SHOWN + 5
    assert [problem.number for problem in found.only.problems] == list(range(2, MOST_SHOWN + 2))
    assert found.only.counts["joiners"] == 1


def test_rows_keep_their_numbers_over_a_large_file() -> None:
    rows = [enrolment(f"learner-{number}") for number in range(2 * CHUNK // 100)]
    rows[-2] = "short"
    found = read([source(NAME, ENROLMENTS, *rows)])
    assert problems(found.only).keys() == {len(rows)}
    assert found.only.counts["joiners"] == len(rows) - 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_do_to_a_file_changes_no_figure(end: str, encoding: str, delimiter: str) -> None:
    lines = ["sep=,", ENROLMENTS + ",", enrolment("a") + ",", enrolment("b", role="organisation_admin"), enrolment("c")]
    text = "".join(line + end for line in lines).replace(",", delimiter)
    found = read([from_bytes(NAME, text.encode(encoding))])
    assert found.only.counts["joiners"] == 2
    assert found.only.delimiter == delimiter
    assert found.only.encoding.startswith(encoding)


def test_headings_in_another_order_some_missing_and_some_more() -> None:
    lines = ["Role,colour,learner_id,Enrolled At", f"learner,red,a,{BEGAN}", f"host,blue,b,{BEGAN}"]
    found = read([source(NAME, *lines)])
    assert found.only.counts["joiners"] == 1
    notes = " ".join(found.only.notes)
    assert "fully_participated_at is missing, so nobody counts as having participated fully" in notes
    assert "left aside: colour" in notes
    assert "1 of host" in notes


def test_an_export_without_roles_says_that_staff_counts() -> None:
    found = read([source(NAME, "learner_id,enrolled_at", f"a,{BEGAN}")])
    assert any("staff cannot be told from learners" in note for note in found.only.notes)


def test_steps_are_texts_and_half_of_them_is_half() -> None:
    steps = ["3.2", "3.20", "1.1", "1.2"]
    done = LATER
    rows = [step("half", name, completed=done) for name in steps[:2]]
    rows += [step("one", name, completed=done if name == "3.2" else "") for name in steps]
    rows += [step("all", name, completed=done) for name in [*steps, "3.2", "3.2"]]
    rows += [step("visitor", "3.2")]
    found = read([source("my-course-3_step-activity.csv", STEPS, *rows)])
    counts = found.only.counts
    assert (counts["steps"], counts["learners"], counts["active"]) == (4, 4, 3)
    assert (counts["completed_50"], counts["completed_90"], counts["repeated"]) == (2, 1, 2)
    assert any("who of them is staff" in note for note in found.only.notes)


def test_steps_that_a_spreadsheet_took_for_numbers_are_told_apart() -> None:
    rows = [
        f"a,3.2,3,2,{BEGAN},{LATER}",
        f"a,3.2,3,20,{BEGAN},{LATER}",
        f"b,3.2,3,20,{BEGAN},",
        "c,,,,,",
        f"d,9.9,,,{BEGAN},",
    ]
    found = read([source("my-course-3_step-activity.csv", STEPS, *rows)])
    assert found.only.counts["steps"] == 3
    assert found.only.counts["completed_50"] == 1
    assert any("3.2 of 3.20" in note for note in found.only.notes)
    assert problems(found.only) == {5: "The row names no step and counts for nobody."}


def test_times_after_the_day_of_the_figures_are_told() -> None:
    rows = [enrolment("a"), enrolment("b", at=LATER), enrolment("c", fully=LATER)]
    found = read([source(NAME, ENROLMENTS, *rows)], as_of="2021-03-30")
    assert problems(found.only).keys() == {3, 4}
    assert found.only.counts["joiners"] == 3
    assert found.only.counts["fully_participated"] == 1
    assert read([source(NAME, ENROLMENTS, *rows)], as_of="2021-03-31").only.problem_count == 0
    for wrong in ("tomorrow", "9999-12-31"):
        with pytest.raises(Invalid) as refused:
            read([source(NAME, ENROLMENTS, *rows)], as_of=wrong)
        assert set(refused.value.messages) == {"as_of"}


def test_the_same_file_under_another_name_counts_once() -> None:
    lines = (ENROLMENTS, enrolment("a"), enrolment("b"))
    found = read([source(NAME, *lines), source("My_Course-3_enrolments (1).csv", *lines)])
    assert found.figures == {"my-course-3": {"joiners": 2, "statements": 0}}
    assert found.learners == {"my-course-3": 2}
    assert sum("counts once" in note for file in found.findings.files for note in file.notes) == 1


def test_of_two_exports_of_a_run_the_newer_counts_also_where_it_is_smaller() -> None:
    old = source("my-course-3_enrolments.csv", ENROLMENTS, *[enrolment(name) for name in "abcd"])
    new = source("my-course-3_enrolments(1).csv", ENROLMENTS, enrolment("a"), enrolment("b", fully=LATER))
    for order in ([old, new], [new, old]):
        found = read(order)
        assert found.figures["my-course-3"]["joiners"] == 2
        assert found.people == 2
        assert found.file(old.name).counts["joiners"] == 4
        assert any("later times" in note for note in found.file(old.name).notes)
        assert any("fewer enrolments" in note for note in found.file(new.name).notes)


def test_a_file_that_does_not_say_its_run_asks_and_is_a_run_of_its_own() -> None:
    lines = (ENROLMENTS, enrolment("a"))
    found = read([source("enrolments.csv", *lines), source("my-course-3_enrolments.csv", ENROLMENTS, enrolment("b"))])
    assert found.file("enrolments.csv").run == ""
    assert "does not say which course" in found.file("enrolments.csv").notes[0]
    (unnamed,) = [key for key in found.figures if key != "my-course-3"]
    assert unnamed.startswith("unnamed-")
    assert found.learners == {unnamed: 1, "my-course-3": 1}
    said: list[dict[str, object]] = [
        {"course": "My Course", "run": 3},
        {"runs": {"enrolments.csv": "my-course-3"}},
        {"runs": {"enrolments.csv": {"course": "my-course", "run": "3"}}},
    ]
    for choices in said:
        again = read([source("enrolments.csv", *lines)], **choices)
        assert again.figures == {"my-course-3": {"joiners": 1, "statements": 0}}
    wrong: list[dict[str, object]] = [
        {"run": 3},
        {"course": "x", "run": 0},
        {"course": "x", "run": "²"},
        {"runs": 5},
        {"runs": {"enrolments.csv": []}},
    ]
    for choices in wrong:
        with pytest.raises(Invalid) as refused:
            read([source("enrolments.csv", *lines)], **choices)
        assert set(refused.value.messages) == {"run"}


def test_who_wants_only_the_learners_gets_the_same_ones() -> None:
    newer = source("my-course-3_enrolments.csv", ENROLMENTS, enrolment("a", at=LATER), enrolment("b", fully="x"))
    older = source("my-course-3_enrolments (1).csv", ENROLMENTS, enrolment("a"), enrolment("b"), enrolment("c"))
    whole = read([*fixtures(), newer, older])
    only = read([*fixtures(), newer, older], only="learners")
    assert (only.learners, only.people) == (whole.learners, whole.people)
    assert only.learners["my-course-3"] == 2
    assert not any("learners" in figures for figures in only.figures.values())
    assert sum(file.rows for file in only.findings.files) < sum(file.rows for file in whole.findings.files)


def test_files_that_do_not_say_their_run_and_are_named_alike_are_of_one_run() -> None:
    files = [
        source("enrolments.csv", ENROLMENTS, enrolment("a"), enrolment("b")),
        source("step-activity.csv", STEPS, step("a", "1.1"), step("b", "1.1")),
        source("team-members.csv", TEAM, "b,Sam,Lee,educator,learner"),
    ]
    (run,) = read(files).findings.runs
    assert (run.figures["joiners"], run.figures["learners"]) == (1, 1)
    assert run.label == "Which run? enrolments.csv, step-activity.csv, team-members.csv"
    assert len(read([*files, source("x (2)_enrolments.csv", ENROLMENTS, enrolment("c"))]).findings.runs) == 2
    assert len(read([*files, source("enrolments (2).csv", ENROLMENTS, enrolment("c"))]).findings.runs) == 3


def test_a_name_of_two_runs_is_believed_where_another_file_is_clearly_of_that_course() -> None:
    doubtful = source("python-3-4_enrolments.csv", ENROLMENTS, enrolment("a"))
    assert "two runs" in read([doubtful]).only.notes[0]
    clear = source("python-3-1_enrolments.csv", ENROLMENTS, enrolment("b"))
    assert read([doubtful, clear]).figures.keys() == {"python-3-1", "python-3-4"}


def test_headings_are_believed_over_the_name() -> None:
    found = read([source("my-course-3_team-members.csv", ENROLMENTS, enrolment("a"))])
    assert found.only.kind == "enrolments"
    assert any("its headings are those of enrolments" in note for note in found.only.notes)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (source(NAME, "learner,enrolled", "a,b"), "no column learner_id"),
        (from_bytes(NAME, b""), "is empty"),
        (from_bytes(NAME, b"\n\n  \n"), "is empty"),
        (from_bytes(NAME, b"%PDF-1.7 .."), "PDF"),
        (from_bytes(NAME, b"<html><body>Sign in</body>"), "HTML"),
        (from_bytes(NAME, ENROLMENTS.encode("utf-16-le")), "not a text file"),
        (from_bytes(NAME, ENROLMENTS.encode() + b"\n" + b"x" * (2 * CHUNK)), "a line of more than"),
        (source("notes.txt", "Hello", "you"), "no export of a FutureLearn run"),
        (
            source("my-course-3_step-activity.csv", STEPS, *(step("a", f"1.{number}") for number in range(1, 5_002))),
            "more than 5,000 steps",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(file: object, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        read([file])  # type: ignore[list-item]
    assert set(refused.value.messages) == {"file"}


def test_a_stray_file_among_exports_is_told_and_left_out() -> None:
    found = read([source(NAME, ENROLMENTS, enrolment("a")), source("notes.txt", "Hello"), from_bytes("x.pdf", b"%PDF")])
    assert found.figures == {"my-course-3": {"joiners": 1, "statements": 0}}
    assert "nothing was taken" in found.file("notes.txt").notes[0]
    assert found.file("x.pdf").problem_count == 1


def test_whoever_watches_can_stop_the_reading() -> None:
    class Stopped(Exception):
        pass

    def watch(_read: int) -> None:
        raise Stopped

    from coaching.importers.base import NoLearners

    with pytest.raises(Stopped):
        FUTURELEARN.read([source(NAME, ENROLMENTS)], choices={}, learners=NoLearners(), watch=watch)


@pytest.mark.parametrize("file", fixtures(), ids=lambda file: file.name)
def test_every_export_is_recognised(file: object) -> None:
    data = file.open().read()  # type: ignore[attr-defined]
    assert FUTURELEARN.recognises("x.csv", data)
    assert FUTURELEARN.recognises("x.zip", zipped("x.zip", {file.name: data}).open().read())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "head", [b"", b"email,name\na@b.c,A\n", b"First name,Surname,Email address\n", b"PK\x03\x04xl/", b"\xff\xfe\0"]
)
def test_other_files_are_not(head: bytes) -> None:
    assert not FUTURELEARN.recognises("participants.csv", head)
