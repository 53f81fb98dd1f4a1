"""Importers that other packages bring: used like ours, and where they fail named, and no other with them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coaching.errors import Invalid
from coaching.importers import registry
from coaching.importers.base import Findings, NoLearners
from coaching.importers.digests import LearnerDigests
from coaching.importers.registry import OWN, find_importers
from tests.importers.exports import fixtures, from_bytes

PACKAGE = """
from coaching.importers.base import Findings

class Sheep:
    kind, label, brings = "sheep", "Counts of sheep", "figures"

    def recognises(self, name, head):
        if name == "goat.csv":
            raise ValueError("a goat named Billy")
        return head.startswith(b"sheep")

    def read(self, files, *, choices, learners, watch):
        return Findings(asks=[file.name for file in files])

class Mute(Sheep):
    kind, label = "mute", None

class Lame(Sheep):
    kind, read = "lame", None

SHEEP, MUTE, LAME = Sheep(), Mute(), Lame()
LONG = Sheep()
LONG.kind = "x" * 25
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Installs a package with these entry points beside ours, as pip would."""

    def into_the_path(**points: str) -> None:
        folder = tmp_path / "site"
        about = folder / "coaching_sheep-1.2.dist-info"
        about.mkdir(parents=True)
        (folder / "coaching_sheep.py").write_text(PACKAGE)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: coaching-sheep\nVersion: 1.2\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (about / "entry_points.txt").write_text("\n".join(["[coaching.importers]", *lines, ""]))
        monkeypatch.syspath_prepend(str(folder))
        find_importers.cache_clear()

    yield into_the_path
    find_importers.cache_clear()


def test_our_own_importers_need_no_registration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda **_group: ())
    find_importers.cache_clear()
    found = find_importers()
    assert list(found.importers) == [point.name for point in OWN]
    assert found.faults == {}
    assert found.get("futurelearn").brings == "figures"
    with pytest.raises(Invalid, match=r"There are: .*futurelearn"):
        found.get("abacus")
    find_importers.cache_clear()


def test_another_packages_importer_reads_its_files(install: Callable[..., None]) -> None:
    install(sheep="coaching_sheep:SHEEP")
    found = find_importers()
    importer = found.recognise("x.csv", b"sheep,1")
    assert importer is not None
    assert importer is found.get("sheep")
    findings = importer.read([from_bytes("x.csv", b"")], choices={}, learners=NoLearners(), watch=print)
    assert findings == Findings(asks=["x.csv"])
    assert found.recognise("x.csv", fixtures()[0].open().read()) is found.get("futurelearn")
    assert found.recognise("x.csv", b"goats") is None


def test_one_that_fails_on_a_file_knows_nothing(install: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    install(sheep="coaching_sheep:SHEEP")
    with caplog.at_level(logging.ERROR):
        assert find_importers().recognise("goat.csv", b"goat") is None
    assert "The importer sheep failed" in caplog.text
    assert "Billy" not in caplog.text


def test_one_that_is_none_is_named_and_takes_no_other_along(
    install: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    install(
        futurelearn="coaching_sheep:SHEEP",
        gone="coaching_gone:SHEEP",
        lame="coaching_sheep:LAME",
        mute="coaching_sheep:MUTE",
        other="coaching_sheep:SHEEP",
        sheep="coaching_sheep:SHEEP",
        **{"x" * 25: "coaching_sheep:LONG"},
    )
    with caplog.at_level(logging.ERROR):
        found = find_importers()
    assert {*found.importers} == {*(point.name for point in OWN), "sheep"}
    assert {name: fault.partition(") ")[2].split(".")[0] for name, fault in found.faults.items()} == {
        "futurelearn": "has the name of another importer",
        "gone": "cannot be loaded: ModuleNotFoundError, coaching_gone",
        "lame": "can neither recognise nor read a file",
        "mute": "does not say what it brings",
        "other": "does not say its name as its kind",
        "x" * 25: "has a name of more than 24 characters",
    }
    assert all("coaching-sheep 1.2" in fault and fault in caplog.text for fault in found.faults.values())


def test_the_example_in_the_documentation_reads_files() -> None:
    text = (Path(__file__).parents[2] / "docs" / "imports.md").read_text()
    names: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], names)
    importer = names["IMPORTER"]
    file = from_bytes("x.csv", b"abacus;\nann\nbob\nann\n")
    assert importer.recognises("x.csv", file.open().read())
    with LearnerDigests(b"k") as learners:
        findings = importer.read([file], choices={}, learners=learners, watch=print)
        assert learners.count_people() == 2
    assert findings.runs[0].figures == {"joiners": 2}
