"""The words of a Teams report in the languages that are known here: headings, actions and marks behind names.

Teams has changed its wording more than once in each language, so a heading is known by a part of it, and the parts are
tried in an order that lets the more telling one win ("In-meeting duration" before "meeting").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Patterns = Sequence[tuple[str, re.Pattern[str]]]

_EVERYWHERE = {"upn": r"\bupn\b", "email": r"mail|courri|correo", "role": r"^r[oô]l|^funci[oó]n$"}
_MARKS = (
    "unverified|external|guest|nicht überprüft|nicht verifiziert|extern|gast|non vérifiée?|externe|invitée?"
    "|sin verificar|sin comprobar|no verificad[oa]|no comprobad[oa]|extern[oa]|invitad[oa]|niet[ -]geverifieerd"
)
_MARK = re.compile(rf"(?:\s*\((?:{_MARKS})\))+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of Teams. With `day_first` none of its countries that Teams knows writes the month before the day."""

    name: str
    day_first: bool
    headings: Patterns
    summary: Patterns
    joined: re.Pattern[str]
    left: re.Pattern[str]


def _patterns(words: Mapping[str, str]) -> Patterns:
    return [(key, re.compile(words[key])) for key in words]


def _language(
    name: str, *, day_first: bool, headings: Mapping[str, str], summary: Mapping[str, str], joined: str, left: str
) -> Language:
    return Language(
        name, day_first, _patterns({**_EVERYWHERE, **headings}), _patterns(summary),
        re.compile(joined), re.compile(left),
    )  # fmt: skip


LANGUAGES = (
    _language(
        "English",
        day_first=False,
        headings={
            "duration": r"duration", "action": r"^user action$", "stamp": r"^timestamp$",
            "leave": r"\bleave\b|\bleft\b", "join": r"\bjoin(?:ed)?\b", "name": r"^(?:full )?name$",
        },
        summary={
            "": r"average|registered", "duration": r"duration", "participants": r"participants", "topic": r"title",
            "id": r"\bid\b", "start": r"\bstart\b", "end": r"\bend\b",
        },
        joined=r"^joined", left=r"^left",
    ),
    _language(
        "French",
        day_first=True,
        headings={
            "duration": r"durée", "action": r"action", "stamp": r"horodat|date et heure",
            "leave": r"départ|sortie|quitt|déconnexion",
            "join": r"arrivée|rejoin|connexion|participation|entrée|jonction", "name": r"^nom(?: complet)?$",
        },
        summary={
            "": r"moyen|inscrit", "duration": r"durée", "participants": r"participants", "topic": r"titre",
            "id": r"\bid\b|identifiant", "start": r"début", "end": r"\bfin\b",
        },
        joined=r"rejoint|connecté", left=r"quitté|parti\b|sorti|déconnecté",
    ),
    _language(
        "German",
        day_first=True,
        headings={
            "duration": r"dauer", "action": r"aktion", "stamp": r"zeitstempel",
            "leave": r"verlass|verliess|austritt", "join": r"beitritt|beigetreten|teilnahme|teilgenommen|eintritt",
            "name": r"^(?:vollständiger )?name$",
        },
        summary={
            "": r"durchschnitt|registriert", "duration": r"dauer", "participants": r"teilnehm|teilgenommen",
            "topic": r"titel", "id": r"\bid\b", "start": r"start|beginn|anfang", "end": r"ende|endzeit",
        },
        joined=r"beigetreten|teilgenommen", left=r"verlassen",
    ),
    _language(
        "Spanish",
        day_first=False,
        headings={
            "duration": r"duración", "action": r"acción", "stamp": r"marca de tiempo|fecha y hora",
            "leave": r"salida|salió|abandon", "join": r"\buni(?:ón|ó|rse)\b|incorpora|entrada|ingreso|acceso|conexión",
            "name": r"^nombre(?: completo)?$",
        },
        summary={
            "": r"promedio|\bmedi[oa]\b|registrad|inscrit", "duration": r"duración",
            "participants": r"participantes|asistentes", "topic": r"título", "id": r"\bid\b",
            "start": r"inicio|comienzo", "end": r"\bfin\b|finaliza",
        },
        joined=r"\bunió|\bunid|incorpor|\bentr[óa]", left=r"sali[óe]|salid|abandon",
    ),
    _language(
        "Dutch",
        day_first=True,
        headings={
            "duration": r"duur", "action": r"actie", "stamp": r"tijdstempel", "leave": r"vertrek|verlaten",
            "join": r"deelname|deelgenomen|toetred|toegetreden|aangesloten", "name": r"^(?:volledige )?naam$",
        },
        summary={
            "": r"gemiddeld|geregistreerd", "duration": r"duur", "participants": r"deelnemers", "topic": r"titel",
            "id": r"\bid\b", "start": r"begin|start", "end": r"eind",
        },
        joined=r"deelgenomen|toegetreden|aangesloten", left=r"verlaten|vertrokken",
    ),
)  # fmt: skip
KNOWN = ", ".join(language.name for language in LANGUAGES[:-1]) + f" or {LANGUAGES[-1].name}"


def name_cells(cells: Sequence[str], patterns: Patterns) -> dict[str, int]:
    """What stands in which of these (normalised) cells; the first of two cells of one kind counts."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        key = next((key for key, pattern in patterns if pattern.search(cell)), "") if 0 < len(cell) <= 80 else ""
        if key:
            found.setdefault(key, place)
    return found


def mark_behind(name: str) -> str:
    """What Teams put behind this name ("(Guest)", "(Unverified)"), nothing where it put nothing."""
    found = _MARK.search(name) if name.endswith(")") else None
    return found[0].strip() if found and found.start() else ""
