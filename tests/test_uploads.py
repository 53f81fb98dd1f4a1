"""The folder of uploads: whole files for rows to name, and nothing of what was refused, undone or killed."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from coaching import uploads
from coaching.config import BadSettings, Settings, read_settings
from coaching.errors import Conflict, Invalid
from coaching.jobs import Pace, Workshop, sweep_uploads
from coaching.models import Evidence, EvidenceKind, ImportBatch, ImportFile
from coaching.tokens import new_public_id
from coaching.uploads import KEPT_FOR, keep_upload, open_upload, prepare_folder, remove_upload
from tests.factories import NOW, make_cohort, make_project

TOKEN = "0123456789abcdefghjk"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepare_folder(tmp_path / "uploads")
    return tmp_path / "uploads"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def keep(folder: Path, data: bytes = b"words", token: str = TOKEN) -> str:
    return keep_upload(BytesIO(data), limit=1000, folder=folder, token=token).stored_name


def test_a_file_is_kept_whole_for_its_owner_alone(folder: Path) -> None:
    data = b"x" * 300_000
    kept = keep_upload(BytesIO(data), limit=len(data), folder=folder, token=TOKEN)
    assert (kept.stored_name, kept.size, kept.sha256) == (TOKEN, len(data), hashlib.sha256(data).hexdigest())
    with open_upload(folder, TOKEN) as file:
        assert file.read() == data
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / TOKEN).stat().st_mode) == 0o600


def test_what_is_too_large_or_breaks_off_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        keep_upload(BytesIO(b"x" * 1001), limit=1000, folder=folder, token=TOKEN)
    assert refusal.value.code == "too-large"
    assert "1,000 bytes" in refusal.value.messages["file"][0]

    class Broken:
        def read(self, _size: int) -> bytes:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        keep_upload(Broken(), limit=1000, folder=folder, token=TOKEN)
    assert names(folder) == []


@pytest.mark.parametrize("at", ["write", "sync", "name"])
def test_a_full_disk_is_told_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    def full(*_any: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    places = {"write": (uploads, "_copy"), "sync": (os, "fsync"), "name": (uploads, "_sync_folder")}
    monkeypatch.setattr(*places[at], full)
    with pytest.raises(Conflict) as refusal:
        keep(folder)
    assert refusal.value.code == "no-room"
    assert names(folder) == []


def test_nobody_writes_over_what_another_is_writing(folder: Path) -> None:
    (folder / f"{TOKEN}.part").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        keep(folder)
    assert (folder / f"{TOKEN}.part").read_bytes() == b"theirs"


@pytest.mark.parametrize("name", ["../0123456789abcdefg", "/etc/passwd-0123456789", "a" * 65, "short", "a.b" * 8, ""])
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        open_upload(folder, name)
    with pytest.raises(ValueError, match="no name of a file"):
        keep(folder, token=name)


def test_a_file_goes_once_the_row_that_let_go_of_it_is_committed(folder: Path) -> None:
    keep(folder)
    with Session(create_engine("sqlite://")) as session:
        remove_upload(session, folder, TOKEN)
        assert names(folder) == [TOKEN]
        session.execute(select(1))
        session.rollback()
        session.execute(select(1))
        session.commit()
        assert names(folder) == [TOKEN]
        session.execute(select(1))
        with session.begin_nested():
            remove_upload(session, folder, TOKEN)
        assert names(folder) == [TOKEN]
        session.commit()
    assert names(folder) == []


def test_the_folder_is_a_setting_and_is_looked_at_before_the_start(tmp_path: Path) -> None:
    assert read_settings({"COACHING_INSTANCE": str(tmp_path)}).uploads == tmp_path / "uploads"
    assert read_settings({"COACHING_UPLOADS": str(tmp_path / "there")}).uploads == tmp_path / "there"
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match="COACHING_UPLOADS"):
        prepare_folder(tmp_path / "file")
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(BadSettings, match="chmod o="):
        prepare_folder(tmp_path / "open")


@pytest.fixture
def workshop(engine: Any, make_settings: Callable[..., Settings], folder: Path) -> Workshop:
    url = engine.url.render_as_string(hide_password=False)
    settings = make_settings(database_url=url, uploads=folder, mail_url=f"file:{folder.parent / 'mail'}")
    return Workshop(settings, engine, "here:1", Pace(), Event(), lambda: NOW)


def age(folder: Path, name: str, by: timedelta = KEPT_FOR + timedelta(minutes=1)) -> str:
    moment = (NOW - by).timestamp()
    os.utime(folder / name, (moment, moment))
    return name


def new_file(folder: Path, *, is_old: bool = True) -> str:
    name = keep(folder, token=new_public_id())
    return age(folder, name, KEPT_FOR + timedelta(minutes=1) if is_old else timedelta(hours=23))


def make_evidence(session: Session, stored_name: str) -> Evidence:
    project = make_project(session)
    piece = Evidence(project_id=project.id, kind=EvidenceKind.FILE, title="A", stored_name=stored_name, added_at=NOW)
    session.add(piece)
    session.commit()
    return piece


def test_the_sweep_takes_what_is_a_day_old_and_named_by_nobody(
    session: Session, workshop: Workshop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coaching.services.stored_files.AT_ONCE", 2)
    shown, imported, fresh = new_file(folder), new_file(folder), new_file(folder, is_old=False)
    make_evidence(session, shown)
    batch = ImportBatch(
        cohort_id=make_cohort(session).id, kind="figures", file_name="f.csv", sha256="0", detected={}, imported_at=NOW
    )
    batch.files = [ImportFile(number=1, name="f.csv", size=5, sha256="0", stored_name=imported)]
    session.add(batch)
    session.commit()
    gone = [new_file(folder) for _ in range(3)]
    (folder / f"{TOKEN}.part").touch()
    age(folder, f"{TOKEN}.part")
    (folder / "README.txt").touch()
    age(folder, "README.txt")
    assert sweep_uploads.run(workshop) == 4
    assert names(folder) == sorted([shown, imported, fresh, "README.txt"])
    assert not {*gone} & {*names(folder)}
    assert sweep_uploads.run(workshop) == 0


def test_a_row_that_is_committed_while_the_sweep_looks_keeps_its_file(
    session: Session, workshop: Workshop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, late = new_file(folder), new_file(folder)
    make_evidence(session, named)
    find = sweep_uploads.find_leftovers

    def find_and_meanwhile(*where: Any, **when: Any) -> list[str]:
        found = find(*where, **when)
        make_evidence(session, late)
        return found

    monkeypatch.setattr(sweep_uploads, "find_leftovers", find_and_meanwhile)
    assert sweep_uploads.run(workshop) == 0
    assert names(folder) == sorted([named, late])


def test_a_database_that_names_no_file_takes_none_from_a_folder_that_may_be_anothers(
    workshop: Workshop, folder: Path
) -> None:
    theirs = new_file(folder)
    (folder / f"{TOKEN}.part").touch()
    age(folder, f"{TOKEN}.part")
    assert sweep_uploads.run(workshop) == 1
    assert names(folder) == [theirs]


KILLED = """
import os, signal, sys
from io import BytesIO
from pathlib import Path
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from coaching import uploads

def die(*_any):
    os.kill(os.getpid(), signal.SIGKILL)

class Upload(BytesIO):
    step = ""

    def read(self, size):
        if self.step == "read" and self.tell():
            die()
        return super().read(size)

def act(step, place):
    if step == "rename":
        Path.rename = die
    if step == "folder":
        uploads._sync_folder = die
    folder, upload = place / "uploads", Upload(b"x" * 600_000)
    upload.step = step
    with Session(create_engine(f"sqlite:///{place / 'named.db'}")) as session:
        kept = uploads.keep_upload(upload, limit=10**6, folder=folder, token="0123456789abcdefghjk")
        if step == "named":
            die()
        session.execute(text("INSERT INTO named VALUES (:name)"), {"name": kept.stored_name})
        if step == "inserted":
            die()
        session.commit()
        if step == "committed":
            die()
        session.execute(text("DELETE FROM named"))
        uploads.remove_upload(session, folder, kept.stored_name)
        if step == "let go":
            die()
        if step == "removal":
            uploads.discard_upload = die
        session.commit()

for step in sys.argv[2:]:
    child = os.fork()
    if not child:
        act(step, Path(sys.argv[1]) / step)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
# What a kill at each step leaves: whether a row names the file, and what lies in the folder.
LEFT = {
    "read": (0, [f"{TOKEN}.part"]),
    "rename": (0, [f"{TOKEN}.part"]),
    "folder": (0, [TOKEN]),
    "named": (0, [TOKEN]),
    "inserted": (0, [TOKEN]),
    "committed": (1, [TOKEN]),
    "let go": (1, [TOKEN]),
    "removal": (0, [TOKEN]),
}


def test_a_kill_between_any_two_steps_leaves_no_row_without_its_file(tmp_path: Path) -> None:
    databases = {step: create_engine(f"sqlite:///{tmp_path / step / 'named.db'}") for step in LEFT}
    for step, database in databases.items():
        prepare_folder(tmp_path / step / "uploads")
        with database.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE named (name TEXT)")
    command = [sys.executable, "-c", KILLED, str(tmp_path), *LEFT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(LEFT)
    for step, database in databases.items():
        with database.connect() as connection:
            rows = connection.exec_driver_sql("SELECT count(*) FROM named").scalar_one()
        assert (rows, names(tmp_path / step / "uploads")) == LEFT[step], step
        database.dispose()
