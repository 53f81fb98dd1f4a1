"""The words of Moodle's reports in the languages that are cheap to know: what a cell says, what a column is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from coaching.importers.sheets import fold_heading

_DONE = re.compile(
    r"^(completed|complete|done|achevé|terminé|abgeschlossen|erledigt|finalizado|completado|completat[oa]|completo"
    r"|concluíd[oa]|voltooid|ukończono|fullført|slutförd)\b"
)
_NOT_DONE = re.compile(
    r"^(not completed|not complete|incomplete|to do|non achevé|non terminé|pas terminé|inachevé|nicht abgeschlossen"
    r"|nicht erledigt|no finalizado|no completado|sin finalizar|non completat[oa]|não concluíd[oa]|niet voltooid"
    r"|nieukończono|ikke fullført|inte slutförd)\b"
)
_FAILED = re.compile(
    r"did not achieve|didn.t achieve|failed|nicht erreicht|non atteinte?|sin alcanzar|não atingi|non raggiunt"
)

_HEADINGS: Mapping[str, Sequence[str]] = {
    "email": ("email address", "email", "e mail address", "e mail", "adresse de courriel", "courriel", "e mail adresse",
              "dirección de correo", "correo", "indirizzo email", "e mailadres", "endereço de email"),
    "id_number": ("id number", "username", "numéro d identification", "nom d utilisateur", "id nummer", "anmeldename",
                  "número de id", "nombre de usuario", "codice identificativo"),
    "id": ("id", "user id"),
    "name": ("name", "full name", "first name / last name", "nom complet", "vollständiger name", "nombre completo"),
    "first_name": ("first name", "prénom", "vorname", "nombre", "nome", "voornaam"),
    "last_name": ("last name", "surname", "nom", "nom de famille", "nachname", "apellido", "apellido/s", "apellidos",
                  "cognome", "achternaam"),
    "role": ("roles", "role", "rôles", "rollen", "rolle", "roles/s", "ruoli"),
    "state": ("state", "status", "état", "statut", "estado", "stato"),
    "started": ("started on", "started", "commencé le", "begonnen am", "comenzado el", "comenzado", "iniziato"),
    "finished": ("completed", "completed on", "terminé", "beendet", "finalizado", "completato"),
    "complete": ("course complete", "cours achevé", "kurs abgeschlossen", "curso completado", "corso completato"),
    "other": ("institution", "department", "phone", "mobile phone", "phone number", "city/town", "country", "groups",
              "group", "groupes", "gruppen", "grupos", "gruppi", "gruppo", "last access to course", "address",
              "département", "institución", "departamento", "abteilung", "time taken", "city", "town",
              "last downloaded from this course"),
}  # fmt: skip
_KNOWN = {heading: thing for thing, headings in _HEADINGS.items() for heading in headings}
_COMPLETED_ON = re.compile(
    r" - (completion date|date d.achèvement|abschlussdatum|fecha de finalización|data di completamento)$"
)
_GRADE = re.compile(r"^(grade|note|bewertung|calificación|valutazione|nota|cijfer)(/|$)")
_NOBODY = frozenset(
    {"overall average", "group average", "moyenne générale", "gesamtdurchschnitt", "promedio general", "media generale",
     "media global", "totaal gemiddelde"}
)  # fmt: skip
_STAFF = re.compile(
    r"teacher|manager|creator|trainer|tutor|enseignant|gestionnaire|profesor|docente|kursersteller|dozent"
)
_LEARNS = re.compile(r"student|learner|participant|étudiant|estudiante|studente|teilnehmer")
_TRIED = re.compile(
    r"^(finished|in progress|overdue|never submitted|submitted|terminé|beendet|en cours|in bearbeitung|finalizado"
    r"|completato)"
)
_FINISHED = re.compile(r"^(finished|submitted|terminé|beendet|finalizado|completato)")


def column_of(heading: str) -> str | None:
    """What a column of a report is, None where it is an activity, a question or unknown."""
    if is_completion_date(heading):
        return "completed_on"
    if _GRADE.match(fold_heading(heading)):
        return "grade"
    return _KNOWN.get(fold_heading(heading))


def is_completion_date(heading: str) -> bool:
    return _COMPLETED_ON.search(heading.strip().casefold()) is not None


def read_state(cell: str) -> bool | None:
    """Whether an activity is completed; None where the cell says neither. A grade that was not passed is not it."""
    text = " ".join(cell.split()).casefold()
    if _NOT_DONE.match(text):
        return False
    if _DONE.match(text):
        return _FAILED.search(text) is None
    return None


def is_nobody(cells: Sequence[str]) -> bool:
    """Whether the row is the report's own average, which stands where a name would."""
    return any(" ".join(cell.split()).casefold() in _NOBODY for cell in cells[:4])


def is_staff(roles: str) -> bool:
    """Whether somebody with these roles teaches, and learns nothing here."""
    return _STAFF.search(roles.casefold()) is not None and _LEARNS.search(roles.casefold()) is None


def has_tried(state: str) -> bool:
    return _TRIED.match(state.casefold()) is not None


def has_finished(state: str) -> bool:
    return _FINISHED.match(state.casefold()) is not None
