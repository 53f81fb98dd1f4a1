"""What a file is when it is not what was asked for, so that the refusal can say so and say what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coaching.errors import Invalid

HOW_TO_EXPORT_ZOOM = (
    "In Zoom, open Reports, then Usage; click the number of participants of the meeting, "
    "choose Export, and upload that CSV file."
)
HOW_TO_EXPORT_TEAMS = (
    "In Teams, open the meeting from the calendar, then Attendance; choose Download, and upload that CSV file."
)
HOW_TO_EXPORT = f"{HOW_TO_EXPORT_ZOOM} {HOW_TO_EXPORT_TEAMS}"
SAVE_AS_CSV = "Open it in a spreadsheet, save the sheet as 'CSV UTF-8', and upload that file."

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", ""),
    (_OLE, "an old Excel workbook (XLS)", SAVE_AS_CSV),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it and upload the CSV file that is in it."),
    (b"7z\xbc\xaf\x27\x1c", "a compressed file (7-Zip)", "Unpack it and upload the CSV file that is in it."),
    (b"Rar!", "a compressed file (RAR)", "Unpack it and upload the CSV file that is in it."),
    (b"{\\rtf", "a word processor's document (RTF)", ""),
    (b"SQLite format 3", "a database", ""),
)
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("<!doctype html", "a web page (HTML)"),
    ("<html", "a web page (HTML)"),
    ("<head", "a web page (HTML)"),
    ("<body", "a web page (HTML)"),
    ("<table", "a web page (HTML)"),
    ("<", "an XML or HTML file"),
    ('{"', "a JSON file"),
    ("[{", "a JSON file"),
    ('["', "a JSON file"),
    ("{}", "a JSON file"),
    ("[]", "a JSON file"),
    ("webvtt", "a transcript of a recording (VTT)"),
    ("begin:vcalendar", "a calendar file (ICS)"),
)
# Cells that, together in one row near the top, give a table away. The first hit wins.
_TABLES: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"attendee report"}), "Zoom's attendee report of a webinar, not the participants report of a meeting"),
    (frozenset({"attended", "user name (original name)"}), "Zoom's attendee report of a webinar, not of a meeting"),
    (frozenset({"registration report"}), "Zoom's registration report, not the participants report of a meeting"),
    (frozenset({"learner_id"}), "a FutureLearn export"),
    (frozenset({"meeting summary"}), "a Microsoft Teams attendance report"),
    (frozenset({"1. summary"}), "a Microsoft Teams attendance report"),
    (frozenset({"full name", "user action", "timestamp"}), "a Microsoft Teams attendance report"),
    (frozenset({"full name", "join time", "leave time"}), "a Microsoft Teams attendance report"),
    (frozenset({"participant id (upn)"}), "a Microsoft Teams attendance report"),
    (frozenset({"name", "first join", "last leave"}), "a Microsoft Teams attendance report"),
    (frozenset({"name", "join time", "leave time", "duration", "role"}), "a Microsoft Teams attendance report"),
    (frozenset({"name (original name)"}), "a Zoom participants report"),
    (frozenset({"name", "duration (minutes)"}), "a Zoom participants report"),
    (frozenset({"name", "total duration (minutes)"}), "a Zoom participants report"),
    (frozenset({"email address", "first name"}), "a Moodle export"),
    (frozenset({"email address", "surname"}), "a Moodle export"),
    (frozenset({"enrollment_mode"}), "an Open edX student profile"),
    (frozenset({"sis user id"}), "a Canvas gradebook"),
    (frozenset({"course_membership_role"}), "a Coursera export"),
    (frozenset({"start time", "completion time"}), "answers from Microsoft Forms"),
    (frozenset({"timestamp"}), "answers from Google Forms"),
    (frozenset({"topic", "meeting id"}), "Zoom's list of meetings, which does not hold the people"),
    (frozenset({"topic", "id"}), "Zoom's list of meetings, which does not hold the people"),
)


def name_binary(data: bytes) -> tuple[str, str] | None:
    """What these bytes are, when their first bytes are those of a known kind of file, and what to do instead; nothing
    where a file of that kind holds no table, and only another export helps."""
    if data.startswith(b"PK\x03\x04"):
        if b"xl/" in data:
            return "an Excel workbook (XLSX)", SAVE_AS_CSV
        return "a ZIP archive", "Unpack it and upload the CSV file that is in it."
    for signature, kind, advice in _SIGNATURES:
        if data.startswith(signature):
            return kind, advice
    return None


def name_text(text: str) -> str | None:
    """What this text is when its first characters are those of a page, of data or of a calendar."""
    start = "".join(text[:200].split()).casefold()
    spaced = " ".join(text[:200].split()).casefold()
    for prefix, kind in _PREFIXES:
        if start.startswith(prefix) or spaced.startswith(prefix):
            return kind
    return None


def name_table(rows: Iterable[Sequence[str]]) -> str | None:
    """What this table is, by the headings in its first rows (normalised cells)."""
    heads = [frozenset(row) for row in rows]
    for marks, kind in _TABLES:
        if any(marks <= head for head in heads):
            return kind
    return None


def refuse_table(rows: Iterable[Sequence[str]]) -> Invalid:
    """The refusal of a table that is no report of who was there, naming what it is where that can be told."""
    kind = name_table(rows)
    if kind is not None:
        return Invalid.field("file", f"This looks like {kind}. {HOW_TO_EXPORT}")
    return Invalid.field(
        "file",
        "This looks like neither Zoom's participants report nor Teams' attendance report: no row has the headings "
        "Name (Original Name) and Duration (Minutes), or Name, First join and Last leave. "
        f"{HOW_TO_EXPORT} If your Zoom or Teams is not in English, change its language for the export.",
    )
