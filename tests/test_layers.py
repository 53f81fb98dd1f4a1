"""The import direction that setup.cfg states under [importlinter] holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[1]


def test_imports_go_the_way_they_are_meant_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    outcome = lint_imports(config_filename="setup.cfg", no_cache=True, no_logo=True)
    assert outcome == 0, capsys.readouterr().out
