"""Tables of figures, of people and of lags: what is read, what is asked, and what is left out with why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coaching.errors import Invalid
from coaching.importers.base import FoundRow
from coaching.importers.days import read_written_day
from coaching.importers.figures import TOTALS, FiguresImporter
from coaching.importers.lags import read_lags
from coaching.importers.people import MOST_PEOPLE, PeopleImporter
from coaching.importers.whole_numbers import read_count
from tests.importers.builders import SAMPLES
from tests.importers.workbooks import read, source, workbook

NARROW = "\u202f"


def figures(text: str | bytes, **choices: Any) -> Any:
    return read(FiguresImporter(), source(text), **choices)


def people(text: str | bytes, **choices: Any) -> Any:
    return read(PeopleImporter(), source(text), **choices)


def reasons(rows: list[FoundRow]) -> dict[int, str]:
    return {row.number: row.reason for row in rows if row.reason}


def test_a_table_of_figures_is_read_by_its_headings_below_a_title() -> None:
    table = (
        "Our courses in spring;;;;\n\nProject;Launch date;Stand;Enrolments;Completed\n"
        f"Anatomy;03/02/2026;13/03/2026;1{NARROW}234;12\nHeart;05/02/2026;13/03/2026;5;45%\n"
        "Lungs;05/02/2026;13/03/2026;1.234;3\n;;;7;\nTotal;;;1246;\n"
    )
    found = figures(table)
    assert found.asks == []
    assert found.rows[0].values == {
        "course": "Anatomy", "run": "2026-02-03", "platform": "", "link": "", "joiners": 1234, "completed_50": 12,
        "launched_on": "2026-02-03", "as_of": "2026-03-13",
    }  # fmt: skip
    told = reasons(found.rows)
    assert (told[5].startswith("Completed 50: This is a percentage"), "1.234 can be two numbers" in told[6]) == (
        True,
        True,
    )
    assert (told[7], told[8]) == ("This row names no course.", TOTALS)
    assert found.files[0].counts == {"rows": 1, "left_out": 3, "totals": 1}
    assert "day first" in " ".join(found.files[0].notes)


def test_what_a_table_of_figures_does_not_say_is_asked() -> None:
    assert figures("Course,As of,Joiners\nA,03/02/2026,5\n").asks == ["date_order"]
    read_as = figures("Course,As of,Joiners\nA,03/02/2026,5\n", date_order="mdy").rows[0].values["as_of"]
    assert read_as == "2026-03-02"
    assert figures("Course,Joiners\nA,5\n").rows[0].values["as_of"] == ""
    assert figures("Course,As of,Joiners\nA,,5\n").rows[0].reason == ""
    assert figures("Course,Joiners\nA,5\n", as_of="2026-05-01").rows[0].values["as_of"] == "2026-05-01"
    unknown = figures("Was,Wann,Wieviel\nA,2026-03-01,5\n")
    assert (unknown.asks, unknown.files[0].headings) == (["columns"], ["Was", "Wann", "Wieviel"])
    mapped = figures(
        "Was,Wann,Wieviel\nA,2026-03-01,5\n", columns={"course": "Was", "as_of": "Wann", "joiners": "Wieviel"}
    )
    assert (mapped.asks, mapped.rows[0].values["joiners"]) == ([], 5)
    with pytest.raises(Invalid, match="cannot be two things"):
        figures("Was,Wieviel\nA,5\n", columns={"course": "Was", "joiners": "Was"})


def test_a_workbook_has_its_values_and_says_which_sheet() -> None:
    rows: list[list[Any]] = [
        ["Course", "As of", "Joiners"],
        ["A", ('s="1"', "<v>46095</v>"), ("", "<f>2+3</f><v>5</v>")],
    ]
    found = figures(workbook({"Notes": [["only", "words"]], "Figures": rows}))
    assert (found.files[0].sheet, found.files[0].sheets) == ("Figures", ["Notes", "Figures"])
    assert (found.rows[0].values["as_of"], found.rows[0].values["joiners"]) == ("2026-03-14", 5)
    both = workbook({"One": rows, "Two": rows})
    assert (figures(both).asks, figures(both).files[0].sheets) == (["sheet"], ["One", "Two"])
    assert figures(both, sheet="Two").rows[0].values["joiners"] == 5
    assert "formula" in figures("Course,As of,Joiners\nA,2026-03-14,=2+3\n").rows[0].reason


def test_two_rows_with_other_figures_of_a_run_and_day_are_told() -> None:
    table = (
        "Course,Launched,As of,Joiners,Active\nAnatomy,2026-02-01,2026-03-01,10,4\n"
        "anatomy,2026-02-01,2026-02-15,6,\nAnatomy,2026-02-01,2026-03-01,11,4\nAnatomy,2026-05-01,2026-05-02,3,\n"
    )
    found = figures(table)
    assert [row.values["run"] for row in found.rows] == ["2026-02-01"] * 3 + ["2026-05-01"]
    assert list(reasons(found.rows)) == [4]
    assert "Row 2 has another figure" in reasons(found.rows)[4]
    assert found.files[0].counts == {"rows": 3, "left_out": 1, "totals": 0}


COUNTS: dict[str, int | str] = {
    "1234": 1234, "1 234": 1234, "1,234,567": 1_234_567, "1.234.567": 1_234_567, "12.0": 12, "0": 0,
    "1,234": "two numbers", "1.234": "two numbers", "45%": "percentage", "0.45": "percentage", "-3": "less than nought",
    "=A1": "formula", "many": "no number", "999999999": "more than",
}  # fmt: skip


@pytest.mark.parametrize("text", COUNTS)
def test_counts_are_read_where_they_can_mean_one_number(text: str) -> None:
    wanted = COUNTS[text]
    if isinstance(wanted, int):
        assert read_count(text) == wanted
    else:
        with pytest.raises(ValueError, match=wanted):
            read_count(text)
    assert (read_count("1,234", ","), read_count("1.234", ".")) == (1234, 1234)


def test_days_are_read_in_many_spellings() -> None:
    sure = (
        "2026-03-14 09:00",
        "14 March 2026, 1:03 PM",
        "Saturday, 14 March 2026",
        "March 14, 2026",
        "14. März 2026",
        "14 de marzo de 2026",
    )
    assert {day.under("mdy") for text in sure if (day := read_written_day(text))} == {date(2026, 3, 14)}
    assert all(read_written_day(text) for text in sure)
    assert [read_written_day(text) for text in ("soon", "", "14", "2026")] == [None] * 4


def test_people_are_read_with_what_is_wrong_told_at_their_row() -> None:
    table = (
        "First name,Surname,E-Mail,Role,Joined,Team\nAna,Diaz,ANA@example.org,Student,14/03/2026,Red\n"
        "Ana,Diaz,ana@example.org,,,\nBo,Li,ana@example.org,,,\nCy,No,cy at example,,,\nDee,Oh,dee@example.org,Boss,,\n"
        "Eve,Ko,eve@example.org,Tutor,,\nGus,Al,,,,\n,,,Student,,\n"
    )
    found = people(table)
    assert found.rows[0].values == {
        "email": "ana@example.org", "name": "Ana Diaz", "role": "participant", "joined_on": "2026-03-14",
        "groups": "Red",
    }  # fmt: skip
    told = reasons(found.rows)
    assert list(told) == [3, 4, 5, 6, 9]
    assert "row 2 again" in told[3]
    assert "another name" in told[4]
    assert "e-mail address such as" in told[5]
    assert "“Boss” is no role" in told[6]
    assert found.rows[5].values["role"] == "coach"
    assert found.files[0].counts == {"people": 3, "left_out": 5}


def test_people_without_a_heading_for_the_address_are_asked_about_and_too_many_refused() -> None:
    found = people("Wer;Wohin\nAna;ana@example.org\n")
    assert (found.asks, found.files[0].headings) == (["columns"], ["Wer", "Wohin"])
    assert (
        people("Wer;Wohin\nAna;ana@example.org\n", columns={"email": "Wohin", "name": "Wer"}).rows[0].values["name"]
        == "Ana"
    )
    with pytest.raises(Invalid, match="501 rows"):
        people("email\n" + "".join(f"p{at}@example.org\n" for at in range(MOST_PEOPLE + 1)))
    with pytest.raises(Invalid, match="nobody below"):
        people("email,name\n")
    assert people("email,name\n'=x@example.org,'=2\n").rows[0].values["name"] == "=2"


LAGS = "date_awarded,first_wkshp,days\n03/01/16,03/01/13,-1096\n02/01/16,03/01/16,29\n01/01/15,01/03/15,3\n01/01/15,,\n"


def test_lags_below_nought_count_and_another_difference_is_told() -> None:
    found, lags = read_lags(source(LAGS), choices={})
    assert (lags.rows, lags.negative, lags.not_yet, lags.differing) == (3, 1, 1, 1)
    assert (lags.median, lags.shortest, lags.longest) == (2, -1096, 29)
    assert "month first" in found.files[0].notes[0]
    first = found.files[0].problems[0]
    assert (first.number, "are 2 days, and the row says 3" in first.reason) == (4, True)
    bare = LAGS.replace(",days", "").replace(",-1096", "").replace(",29", "").replace("15,3", "15").replace(",,", ",")
    assert read_lags(source(bare), choices={})[0].asks == ["date_order"]
    assert read_lags(source(bare), choices={"date_order": "dmy"})[1].longest == 59
    assert read_lags(source(bare + "01/31/15,02/01/15\n"), choices={})[1].longest == 29


@pytest.mark.skipif(not SAMPLES.exists(), reason="The shared samples are not on this machine.")
def test_a_real_table_of_lags() -> None:
    found, lags = read_lags(source((SAMPLES / "carpentries_days_badge_to_teach.csv").read_bytes()), choices={})
    assert (lags.rows, lags.negative, lags.left_out, lags.differing) == (943, 333, 0, 0)
    assert (lags.median, lags.shortest, lags.longest) == (31, -1127, 1186)
    assert found.asks == []
