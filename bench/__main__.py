"""`python -m bench [name ...] [--engine sqlite|postgresql] [--quick]`; `python -m bench table [name ...]` for docs."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
from types import ModuleType

import bench
from bench.measure import Finding, Report, as_engines, as_markdown, as_text, load_reports
from bench.shape import FULL, QUICK, Effort, Shape
from bench.stage import set_up
from tests.postgres import Run

ENGINES = ("sqlite", "postgresql")


def benches() -> dict[str, ModuleType]:
    """The modules of this package that have a `run(stage)`, which returns findings; `import_` is called import."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    modules = {name.removesuffix("_"): importlib.import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["table"]:
        names = arguments[1:]
        found = [one for report in load_reports() if report.name in names or not names for one in report.findings]
        print(as_engines(found) if names else as_markdown(found))
        return 0
    known = benches()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(known)}; all of them if none")
    parser.add_argument("--engine", choices=ENGINES, help="both of them if none")
    parser.add_argument("--quick", action="store_true", help="a tenth of the data and fewer rounds")
    wanted = parser.parse_args(arguments)
    unknown = set(wanted.names) - set(known)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    chosen = wanted.names or list(known)
    server = Run()
    try:
        modules = {name: known[name] for name in chosen}
        shape, effort = (Shape(cohorts=500), QUICK) if wanted.quick else (Shape(), FULL)
        findings = [
            finding
            for engine_name in ([wanted.engine] if wanted.engine else ENGINES)
            for finding in _run_on(engine_name, modules, shape, effort)
        ]
    finally:
        server.end()
    print(as_text(findings))
    return 1 if any(finding.verdict == "no" for finding in findings) else 0


def _run_on(engine_name: str, modules: dict[str, ModuleType], shape: Shape, effort: Effort) -> list[Finding]:
    """Fills the database where any of the benches wants it: one that does not says `NEEDS_COHORTS = False`."""
    is_filled = any(getattr(module, "NEEDS_COHORTS", True) for module in modules.values())
    size = f"{shape.cohorts} cohorts of {shape.members}" if is_filled else "no cohorts"
    _say(f"{engine_name}: {size}")
    everything: list[Finding] = []
    with set_up(engine_name, shape, effort, is_filled=is_filled) as stage:
        for name, module in modules.items():
            _say(f"{engine_name}: {name}")
            findings = module.run(stage)
            if findings:
                Report(name, engine_name, size, findings).save()
            _say(f"\n{as_text(findings)}\n")
            everything += findings
    return everything


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
