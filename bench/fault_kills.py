"""A thousand times one of three schedulers is killed with SIGKILL, at an instant drawn anew, and started again.

The mail server is a real one. Nothing is measured here but what must be nought: messages lost, and messages doubled
to a receiver that goes by the Message-ID.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bench.measure import Finding
from bench.outbox_rows import count_stuck, database, fill
from bench.stage import SECRET, Stage
from coaching.clock import utc_now
from coaching.config import Settings
from coaching.models import CheckIn, CheckInState, Message, MessageState
from tests.faults.process import kill, make_pace, start_process
from tests.faults.states import noted_states
from tests.mail_server import MailServer

SCHEDULERS = 3
PACE = make_pace(lease=1.0, batch=10)
PATIENCE = 300.0
UNSETTLED = (MessageState.DUE, MessageState.CLAIMED, MessageState.TRANSMITTING, MessageState.RETRY)


def kill_schedulers(stage: Stage) -> list[Finding]:
    """The whole run on this engine: the kills, the work to its end, and then once more with the policy on."""
    kills = stage.effort.kills
    amount = kills * 6 + 200
    with database(stage, "bench_faults") as engine, MailServer(delay=0.004) as server, noted_states(engine) as log:
        fill(engine, due=amount, waiting=0, now=utc_now(), anytime=True)
        settings = _settings(stage, engine, server, resends=False)
        seconds = _kill_again_and_again(settings, server, kills)
        _run_to_the_end(settings, engine, amount, UNSETTLED)
        first = _look(engine, server)
        trusting = _settings(stage, engine, server, resends=True)
        _run_to_the_end(trusting, engine, amount, (*UNSETTLED, MessageState.UNKNOWN))
        second = _look(engine, server)
        illegal, stuck = len(log.illegal()), count_stuck(engine, utc_now())
    contents: dict[str, set[bytes]] = {}
    for mail in server.received:
        contents.setdefault(mail.message_id, set()).add(mail.content)
    unequal = sum(len(each) > 1 for each in contents.values())
    what = f"{kills} kills of {SCHEDULERS} schedulers"
    note = f"{amount:,} check-ins, {seconds:.0f} s"

    def finding(words: str, measured: int, target: int | None = 0) -> Finding:
        return Finding(f"{what}: {words}", stage.engine_name, measured, "messages", target, note=note)

    return [
        finding("changes of state that may not be", illegal),
        finding("stuck past their deadline", stuck),
        finding("lost", amount - len(first.arrived.keys() | first.unknown)),
        finding("doubled", sum(count > 1 for count in first.arrived.values())),
        finding("sent, but not arrived", len(first.sent - first.arrived.keys())),
        finding("arrived, and neither sent nor listed", len(first.arrived.keys() - first.sent - first.unknown)),
        finding("listed as undecidable", len(first.unknown), kills * settings.mail_connections),
        finding("lost with the policy on", amount - len(second.arrived)),
        finding("of several copies, unequal ones", unequal),
    ]


class Look:
    """What the database and the mail server say at one moment."""

    def __init__(self, states: dict[str, MessageState], arrived: Counter[str]) -> None:
        self.arrived = arrived
        self.sent = {number for number, state in states.items() if state == MessageState.SENT}
        self.unknown = {number for number, state in states.items() if state == MessageState.UNKNOWN}


def _look(engine: Engine, server: MailServer) -> Look:
    with Session(engine) as session:
        states = dict(session.execute(select(Message.message_id, Message.state)).all())
    return Look(states, Counter(mail.message_id for mail in server.received))


def _settings(stage: Stage, engine: Engine, server: MailServer, *, resends: bool) -> Settings:
    return Settings(
        environment="test",
        secret_key=SECRET,
        database_url=engine.url.render_as_string(hide_password=False),
        mail_url=server.url,
        instance=stage.folder,
        resend_unknown=resends,
    )


def _kill_again_and_again(settings: Settings, server: MailServer, kills: int) -> float:
    """Each time one of the processes: soon after its start, between two mails, or within one."""
    random, started = Random(kills), time.monotonic()
    processes = [start_process(settings, PACE) for _ in range(SCHEDULERS)]
    for _ in range(kills):
        enough, deadline = len(server.handler.received) + random.randrange(8), time.monotonic() + 3
        _wait(lambda enough=enough: len(server.handler.received) >= enough, deadline)  # type: ignore[misc]
        time.sleep(random.random() * 0.02)
        chosen = random.randrange(SCHEDULERS)
        kill(processes[chosen])
        processes[chosen] = start_process(settings, PACE)
    for process in processes:
        kill(process)
    return time.monotonic() - started


def _run_to_the_end(settings: Settings, engine: Engine, amount: int, unfinished: tuple[MessageState, ...]) -> None:
    def is_done() -> bool:
        with Session(engine) as session:
            posted = session.scalar(select(func.count()).select_from(Message))
            open_ones = session.scalar(select(func.count()).where(Message.state.in_(unfinished)))
            due = session.scalar(select(func.count()).where(CheckIn.state == CheckInState.DUE))
        return (posted, open_ones, due) == (amount, 0, 0)

    process = start_process(settings, PACE)
    is_finished = _wait(is_done, time.monotonic() + PATIENCE, 0.1)
    process.terminate()
    process.join(30)
    if not is_finished:
        raise RuntimeError("The last scheduler did not finish.")


def _wait(is_so: Callable[[], bool], deadline: float, pause: float = 0.002) -> bool:
    while not is_so() and time.monotonic() < deadline:
        time.sleep(pause)
    return is_so()
