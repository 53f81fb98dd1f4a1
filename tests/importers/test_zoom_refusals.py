"""Files that are no Zoom participants report: the refusal says what they look like and what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from coaching.errors import Invalid
from coaching.importers.caps import MEETING
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import UNIQUE, joins, lines, unique


def archive(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(name, "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a PDF document"),
        (archive("xl/workbook.xml"), "an Excel workbook (XLSX)"),
        (archive("report.csv"), "a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\x1f\x8b\x08\x00", "a compressed file"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "a web page"),
        (b"  <html lang='en'>", "a web page"),
        (b"<?xml version='1.0'?><a/>", "an XML"),
        (b'{"participants": []}', "a JSON file"),
        (b'[\n  {"name": "Ann"}\n]', "a JSON file"),
        (b"[]", "a JSON file"),
        (b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\nAnn: Hello", "a transcript"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0", "a calendar file"),
        (b"Name,Email\r\nAnn\x00,a@example.org", "NUL bytes"),
        (bytes(range(1, 256)) * 4, "not a text file"),
        (b"x" * (MEETING.max_bytes + 1), "larger than 5 MB"),
        (b"learner_id,enrolled_at,unenrolled_at,role\n", "a FutureLearn export"),
        (b"id,learner_id,left_at,leaving_reason\n1,2,3,4\n", "a FutureLearn export"),
        ("1. Summary\nMeeting title\tScrum\n\n2. Participants\nName\tFirst join\n".encode("utf-16"), "Teams"),
        ("Meeting Summary\n\nFull Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n".encode("utf-16"), "Teams"),
        (b"Full Name,User Action,Timestamp\nAnn,Joined,\"1/2/2021, 9:00:00 AM\"\n", "Teams"),
        (b"Name,Join time,Leave time,Duration,Email,Role\nAnn,1,2,3,4,5\n", "Teams"),
        (b'"First name",Surname,"Email address",Groups\nAnn,Lee,a@example.org,\n', "a Moodle export"),
        (b"id,username,name,email,enrollment_mode\n", "Open edX"),
        (b"Student,ID,SIS User ID,SIS Login ID,Section\n", "Canvas"),
        (b"ID,Start time,Completion time,Email,Name,How was it?\n", "Microsoft Forms"),
        (b"Timestamp,How was it?\n", "Google Forms"),
        (b"Attendee Report\nTopic,Webinar ID,Actual Start Time\n", "webinar"),
        (b"Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes)\n", "webinar"),
        (b"Topic,Meeting ID,User Name,User Email,Start Time,Duration (Minutes),Participants\n", "list of meetings"),
        (b"name,shoe size\nAnn,38\n", "no row has the headings"),
        (b"just some words", "no row has the headings"),
        (lines("Name (Original Name),User Email,Guest", "Ann,,Yes"), "no column Duration (Minutes)"),
        (unique(), "nobody in it"),
        (lines(UNIQUE, ",,,", ""), "nobody in it"),
        (joins(), "nobody in it"),
        (UNIQUE.encode(), "nobody in it"),
        (UNIQUE.encode()[:-40], "whole and with all its columns"),
        (unique("Ann,,30,", UNIQUE, "Bob,,20,"), "A second report begins at row 3"),
        (unique(UNIQUE, "Bob,,20,"), "A second report begins at row 2"),
        (unique(*["Ann,,30,"] * 20_100), "more than 20,000 rows"),
        (unique("Ann,,30," + "x," * MEETING.max_columns), "columns; 60 is the most"),
        (unique(f"{'n' * 10_001},,30,"), "more than 10,000 characters"),
    ],
)  # fmt: skip
def test_a_file_that_is_none(data: bytes, looks_like: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_zoom_report(data)
    assert set(refusal.value.messages) == {"file"}
    (text,) = refusal.value.messages["file"]
    assert looks_like in text
    assert text.endswith(".")


def test_rows_of_several_meetings() -> None:
    head = "Topic,Meeting ID,Start Time,Participants,Name (Original Name),User Email,Total Duration (Minutes)"
    data = lines(head, "Circle,1,03/14/2024 02:00:00 PM,2,Ann,,30", "Circle,1,03/21/2024 02:00:00 PM,2,Ann,,30")
    with pytest.raises(Invalid, match="2 meetings"):
        read_zoom_report(data)
