"""The mail drop: whole files, named by Message-ID, and one however often a mail is handed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from coaching.channels import open_mail
from coaching.channels.base import ChannelDown, Verdict
from coaching.channels.mail_drop import MailDrop
from tests.channels.test_mime import SENDER, letter

NUMBER = "<0123456789abcdefghjk@coaching.internal>"


def test_a_mail_is_a_file_that_a_mail_program_opens(tmp_path: Path) -> None:
    drop = MailDrop(tmp_path / "new" / "mail", SENDER)
    drop.open()
    wire = drop.write(letter())
    assert drop.send(wire, message_id=NUMBER, address="ann@example.org").verdict == Verdict.SENT
    assert [file.name for file in drop.folder.iterdir()] == ["0123456789abcdefghjk@coaching.internal.eml"]
    assert next(drop.folder.iterdir()).read_bytes() == wire


def test_handed_over_twice_it_is_one(tmp_path: Path) -> None:
    drop = MailDrop(tmp_path, SENDER)
    assert drop.is_idempotent
    for _ in range(2):
        drop.send(b"text", message_id=NUMBER, address="ann@example.org")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_half_file_of_a_process_that_was_killed_is_written_over(tmp_path: Path) -> None:
    drop = MailDrop(tmp_path, SENDER)
    (tmp_path / ".0123456789abcdefghjk@coaching.internal.part").write_bytes(b"ha")
    drop.send(b"whole", message_id=NUMBER, address="ann@example.org")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]


def test_a_message_id_cannot_leave_the_folder(tmp_path: Path) -> None:
    drop = MailDrop(tmp_path / "mail", SENDER)
    drop.open()
    drop.send(b"text", message_id="<../../evil/x@y>", address="ann@example.org")
    assert [file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.eml")] == ["mail/.._.._evil_x@y.eml"]


def test_a_folder_that_cannot_be_written_is_down(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    drop = MailDrop(tmp_path / "file" / "mail", SENDER)
    with pytest.raises(ChannelDown):
        drop.open()
    assert drop.send(b"text", message_id=NUMBER, address="ann@example.org").verdict == Verdict.DOWN


@pytest.mark.parametrize("url", ["file:{folder}", "file://{folder}"])
def test_the_folder_comes_from_the_settings(tmp_path: Path, url: str) -> None:
    channel = open_mail(url.format(folder=f"{tmp_path}/a%20b"), SENDER)
    assert isinstance(channel, MailDrop)
    assert channel.folder == tmp_path / "a b"
