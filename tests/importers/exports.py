"""Exports of FutureLearn's runs, made up for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coaching.importers.base import Findings, FoundFile, SourceFile
from coaching.importers.digests import LearnerDigests
from coaching.importers.futurelearn import FUTURELEARN

FOLDER = Path(__file__).parent / "fixtures" / "futurelearn"
ENROLMENTS = (
    "learner_id,enrolled_at,unenrolled_at,role,fully_participated_at,purchased_statement_at,gender,country,age_range,"
    "highest_education_level,employment_status,employment_area,detected_country"
)
STEPS = "learner_id,step,week_number,step_number,first_visited_at,last_completed_at"
TEAM = "id,first_name,last_name,team_role,user_role"
REST = ",Unknown,GB,26-35,university_degree,working_full_time,health_and_social_care,GB"
BEGAN = "2021-03-01 08:00:00 UTC"


def enrolment(
    learner: str, *, at: str = BEGAN, left: str = "", role: str = "learner", fully: str = "", bought: str = ""
) -> str:
    return f"{learner},{at},{left},{role},{fully},{bought}{REST}"


def step(learner: str, step: str, *, visited: str = BEGAN, completed: str = "") -> str:
    week, _, number = step.partition(".")
    return f"{learner},{step},{week},{number},{visited},{completed}"


def source(name: str, *lines: str, end: str = "\n") -> SourceFile:
    return from_bytes(name, "".join(line + end for line in lines).encode())


def from_bytes(name: str, data: bytes) -> SourceFile:
    return SourceFile(name, len(data), lambda: io.BytesIO(data))


def zipped(name: str, files: Mapping[str, bytes]) -> SourceFile:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
    return from_bytes(name, written.getvalue())


def fixtures() -> list[SourceFile]:
    return [from_bytes(path.name, path.read_bytes()) for path in sorted(FOLDER.glob("*.csv"))]


@dataclass
class Read:
    """What was found, with how many learners each run has and how many people there are."""

    findings: Findings
    learners: dict[str, int]
    people: int
    watched: list[int]

    @property
    def figures(self) -> dict[str, dict[str, int]]:
        return {run.key: run.figures for run in self.findings.runs}

    def file(self, name: str) -> FoundFile:
        return next(file for file in self.findings.files if file.name == name)

    @property
    def only(self) -> FoundFile:
        (file,) = self.findings.files
        return file


def read(files: Iterable[SourceFile], **choices: Any) -> Read:
    watched: list[int] = []
    with LearnerDigests(b"a key for tests") as learners:
        findings = FUTURELEARN.read(list(files), choices=choices, learners=learners, watch=watched.append)
        counts = {run: learners.count(run) for run in learners.runs}
        return Read(findings, counts, learners.count_people(), watched)


def problems(file: FoundFile) -> dict[int, str]:
    return {problem.number: problem.reason for problem in file.problems}
