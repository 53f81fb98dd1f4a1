"""A list of people: any table with a column of e-mail addresses. What else it has is mapped by its headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from coaching.errors import Invalid
from coaching.importers.addresses import why_no_address
from coaching.importers.base import Brings, Findings, FoundRow, Learners, SourceFile
from coaching.importers.caps import Caps
from coaching.importers.days import BOTH_WAYS, find_order, read_written_day, tell_order
from coaching.importers.names import clean_name, fold_name
from coaching.importers.sheets import Sheet, headings_in, note_problem, open_sheet
from coaching.importers.times import DateOrder
from coaching.importers.workbook import is_packed, slim_workbook

THINGS = ("email", "name", "first_name", "last_name", "role", "joined_on", "groups")
MOST_PEOPLE = 500
LONGEST_NAME, LONGEST_GROUPS = 200, 300
HOW_TO_WRITE = (
    "The first row has headings, E-mail among them; each row below is one person. "
    "Save it as an Excel workbook (XLSX) or as 'CSV UTF-8'."
)
CAPS = Caps(
    advice=HOW_TO_WRITE,
    too_large="far more than a list of people fills",
    too_long="Bring in fewer people at a time.",
    max_rows=5_000,
    max_columns=200,
    max_cell=5_000,
)
# What fits into a form beside its other fields, and many times what so many people come to.
MOST_KEPT = 700_000
TOO_MUCH = (
    "There is far more in this file than a list of people. Leave out the other columns and sheets, and try again."
)
NO_EMAIL = "This row has no e-mail address."
AGAIN = "This is the person of row {} again."
OTHER_NAME = "Row {} has the same address, and another name. Two people cannot share one: mend the file."
NO_ROLE = "“{}” is no role. Write participant, observer or coach."
NO_DAY = "“{}” is no day. Write it as YYYY-MM-DD, such as 2026-03-14."
LONG_NAME = f"The name is longer than {LONGEST_NAME} characters. Shorten it."
_HEADINGS: Mapping[str, Sequence[str]] = {
    "email": (
        "email", "e mail", "email address", "e mail address", "mail", "user email", "e mail adresse", "adresse mail",
        "adresse e mail", "courriel", "correo", "correo electronico", "correo electrónico",
        "username email", "login email",
    ),
    "name": ("name", "full name", "participant", "person", "display name", "nom complet", "nombre completo", "student"),
    "first_name": ("first name", "firstname", "given name", "given names", "forename", "forenames", "vorname", "prénom",
                   "prenom", "nombre"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname", "nom", "apellidos", "apellido",
                  "cognome"),
    "role": ("role", "roles", "rolle", "rôle", "rol", "as"),
    "joined_on": ("joined on", "joined", "join date", "start date", "started on", "since", "date joined"),
    "groups": ("groups", "group", "team", "teams", "gruppe", "gruppen", "groupe", "groupes", "grupo", "grupos"),
}  # fmt: skip
_GUESSES = {heading: thing for thing, headings in _HEADINGS.items() for heading in headings}
_ROLES: Mapping[str, str] = {
    "participant": "participant", "learner": "participant", "student": "participant", "trainee": "participant",
    "member": "participant", "coachee": "participant", "teilnehmer": "participant", "teilnehmerin": "participant",
    "étudiant": "participant", "estudiante": "participant",
    "observer": "observer", "guest": "observer", "viewer": "observer", "auditor": "observer",
    "coach": "coach", "trainer": "coach", "tutor": "coach", "mentor": "coach", "facilitator": "coach",
    "teacher": "coach",
}  # fmt: skip


def keep_little(data: bytes) -> bytes:
    """The list without what no table is made of, as it waits between being looked at and being brought in."""
    if len(data) > CAPS.max_bytes:
        raise Invalid.field("file", f"The file is larger than {CAPS.megabytes}, {CAPS.too_large}. {CAPS.advice}")
    slim = slim_workbook(data) if is_packed(data) else data
    if len(slim) > MOST_KEPT:
        raise Invalid.field("file", TOO_MUCH)
    return slim


def guess_column(heading: str) -> str | None:
    """The thing that a folded heading names."""
    return _GUESSES.get(heading)


class PeopleImporter:
    """Reads lists of people. A row says `email`, `name`, `role` (empty where the file says none), `joined_on` as
    YYYY-MM-DD, and `groups` as they stand in the file."""

    kind = "people"
    label = "List of people"
    brings: Brings = "people"

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        """A text whose headings name an address, and a person or a role beside it. Of a workbook it cannot be told."""
        known = headings_in(head, guess_column)
        return "email" in known and len(known) > 1

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,  # noqa: ARG002
        watch: Callable[[int], None],
    ) -> Findings:
        """Reads all files as one list; `choices` may have `columns`, `sheet` and `date_order`."""
        findings, read = Findings(), 0
        seen: dict[str, FoundRow] = {}
        for source in files:
            sheet = open_sheet(source, CAPS, kind=self.kind, things=THINGS, guess=guess_column, choices=choices)
            findings.files.append(sheet.file)
            _read_sheet(sheet, findings, seen, choices)
            findings.asks += [ask for ask in sheet.asks if ask not in findings.asks]
            read += source.size
            watch(read)
        return findings


def _read_sheet(sheet: Sheet, findings: Findings, seen: dict[str, FoundRow], choices: Mapping[str, Any]) -> None:
    file = sheet.file
    if sheet.asks:
        return
    if "email" not in sheet.columns:
        sheet.asks.append("columns")
        file.notes.append("Say which column has the e-mail addresses.")
        return
    rows = list(sheet.rows())
    if not rows:
        raise Invalid.field("file", f"There is nobody below the headings. {HOW_TO_WRITE}")
    if len(findings.rows) + len(rows) > MOST_PEOPLE:
        text = f"The file has {len(rows):,} rows, and {MOST_PEOPLE:,} people come in at a time at most."
        raise Invalid.field("file", f"{text} Split it, and bring the parts in one after the other.")
    days = [day for _, cells, _ in rows if (day := read_written_day(cells.get("joined_on", "")))]
    order = find_order(days, choices.get("date_order"))
    if order is None:
        sheet.asks.append("date_order")
        file.notes.append(BOTH_WAYS)
    else:
        file.notes += tell_order(order, days)
    for number, cells, broken in rows:
        row = _row(number, cells, broken, order)
        reason = row.reason or _why_again(row, seen)
        if reason != row.reason:
            row = FoundRow(number, row.values, reason)
        if row.values["email"] and not row.reason:
            seen[row.values["email"]] = row
        if row.reason:
            note_problem(file, number, row.reason)
        findings.rows.append(row)
    file.rows = len(rows)
    left_out = sum(bool(row.reason) for row in findings.rows)
    file.counts = {"people": len(findings.rows) - left_out, "left_out": left_out}


def _row(number: int, cells: Mapping[str, str], broken: str, order: DateOrder | None) -> FoundRow:
    parts = [clean_name(cells.get(thing, "")) for thing in ("first_name", "last_name")]
    name = clean_name(cells.get("name", "")) or " ".join(part for part in parts if part)
    email = cells.get("email", "").strip("<>").casefold().removeprefix("mailto:")
    role = cells.get("role", "")
    written = cells.get("joined_on", "")
    day = _day(written, order)
    values = {
        "email": email,
        "name": name[:LONGEST_NAME],
        "role": _ROLES.get(role.casefold(), role),
        "joined_on": day.isoformat() if day else "",
        "groups": " ".join(cells.get("groups", "").split())[:LONGEST_GROUPS],
    }
    reason = broken
    if not reason:
        reason = why_no_address(email) if email else "" if name else NO_EMAIL
    if not reason and len(name) > LONGEST_NAME:
        reason = LONG_NAME
    if not reason and role and role.casefold() not in _ROLES:
        reason = NO_ROLE.format(role[:40])
    if not reason and written and day is None and not (order is None and read_written_day(written)):
        reason = NO_DAY.format(written[:40])
    return FoundRow(number, values, reason)


def _day(written: str, order: DateOrder | None) -> date | None:
    day = read_written_day(written)
    if day is None or (order is None and not day.is_sure):
        return None
    return day.under(order or "dmy")


def _why_again(row: FoundRow, seen: Mapping[str, FoundRow]) -> str:
    """What is wrong with a row whose address an earlier one has."""
    before = seen.get(row.values["email"]) if row.values["email"] else None
    if before is None:
        return ""
    names = {fold_name(one.values["name"]) for one in (before, row) if one.values["name"]}
    return (OTHER_NAME if len(names) > 1 else AGAIN).format(before.number)


PEOPLE = PeopleImporter()
