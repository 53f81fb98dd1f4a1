"""A scheduler in a world that goes wrong at random: the mail server's mood changes, the clock jumps a day ahead or
back, other schedulers die with messages in their hands, and new messages come all the while.

The jobs are the product's, the server is a real one at the other end of a socket, and only the clock is the bench's.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event as Signal

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bench.measure import Finding
from bench.outbox_rows import count_stuck, database
from bench.stage import SECRET, Stage
from coaching.channels.smtp import SmtpChannel
from coaching.config import Settings
from coaching.jobs import Pace, Workshop
from coaching.models import Delivery, Message, MessageState, Person
from coaching.services.settlements import LONGEST_BACKOFF, MOST_ATTEMPTS
from tests.faults.moody_server import ANSWERS, MoodyServer
from tests.faults.plant import Plant
from tests.faults.states import noted_states
from tests.services.outbox_rows import Clock, make_message

DAY = timedelta(days=1)
PATIENCE = 0.2
MOODS = ("well", "well", "slow", "away", *ANSWERS)
ENDS = {MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN}


def walk_at_random(stage: Stage) -> list[Finding]:
    """So many steps, then a server that is well and days without another jump."""
    steps = max(20, stage.effort.kills // 2)
    SmtpChannel.__init__.__kwdefaults__["timeout"] = PATIENCE
    with (
        database(stage, "bench_walk") as engine,
        MoodyServer() as server,
        noted_states(engine) as log,
        tempfile.TemporaryDirectory() as folder,
    ):
        plant = _make_plant(engine, server, Path(folder))
        made = _walk(plant, engine, server, Random(steps), steps)
        _set_mood(server, "well")
        plant.run_for(days=3)
        plant.workshop.close()
        with Session(engine) as session:
            ended = dict(session.execute(select(Message.message_id, Message.state)).all())
        found = {
            "lost": sum(state not in ENDS for state in ended.values()) + made - len(ended)
            + sum(state == MessageState.SENT and number not in server.taken for number, state in ended.items()),
            "doubled": sum(count > 1 for count in server.taken.values()),
            "stuck past their deadline": count_stuck(engine, plant.clock.now),
            "changes of state that may not be": len(log.illegal()),
            "tried again before half of their wait was over": _count_hasty(engine),
        }  # fmt: skip
    note = f"{made} messages, {sum(state == MessageState.UNKNOWN for state in ended.values())} listed as undecidable"
    what = f"{steps} random moods, jumps of the clock and deaths"
    return [
        Finding(f"{what}: {words}", stage.engine_name, measured, "messages", 0, note=note)
        for words, measured in found.items()
    ]


def _make_plant(engine: Engine, server: MoodyServer, folder: Path) -> Plant:
    clock = Clock()
    settings = Settings(
        environment="test", secret_key=SECRET, mail_url=f"smtp://127.0.0.1:{server.port}", instance=folder
    )
    return Plant(Workshop(settings, engine, "bench", Pace(), Signal(), clock), clock)


def _walk(plant: Plant, engine: Engine, server: MoodyServer, random: Random, steps: int) -> int:
    """Returns how many messages there are in the end."""
    made, ahead = 0, False
    with Session(engine) as session:
        session.add(Person(name="Ann", email="ann@example.org", timezone="UTC", created_at=plant.clock.now))
        session.commit()
    for _ in range(steps):
        _set_mood(server, random.choice(MOODS))
        made += _add_messages(engine, plant.clock.now, random)
        if random.random() < 0.15:
            plant.clock.now += -DAY if ahead else DAY
            ahead = not ahead
        plant.run_for(minutes=random.choice((1, 5, 30)))
    return made


def _add_messages(engine: Engine, now: datetime, random: Random) -> int:
    """Some that are due, and at times one that somebody held who is no more."""
    count = random.randrange(1, 5)
    with Session(engine) as session:
        ann = session.scalars(select(Person)).one()
        for _ in range(count):
            make_message(session, ann, now=now)
        if random.random() < 0.3:
            lease = {"claim_token": "gone", "lease_until": now + timedelta(minutes=2)}
            make_message(session, ann, now=now, state=MessageState.CLAIMED, **lease)
            count += 1
        session.commit()
    return count


def _set_mood(server: MoodyServer, mood: str) -> None:
    server.stop()
    server.mood, server.delay = mood, 0.02 if mood == "slow" else 0.0
    if mood != "away":
        server.start()


def _count_hasty(engine: Engine) -> int:
    """Messages that came back before half of their wait was over, by their logs. A clock that was set back makes the
    distance negative: such a pair tells nothing."""
    attempts = select(Delivery.message_id, Delivery.at, Delivery.outcome).order_by(Delivery.message_id, Delivery.id)
    hasty: Counter[int] = Counter()
    numbers: Counter[int] = Counter()
    before: tuple[int, datetime, MessageState] | None = None
    with Session(engine) as session:
        for number, at, outcome in session.execute(attempts):
            if before is not None and before[0] == number and before[2] == MessageState.RETRY:
                whole = min(timedelta(minutes=2 ** (numbers[number] - 1)), LONGEST_BACKOFF)
                waited = at - before[1]
                hasty[number] += timedelta(0) <= waited < whole / 2
            numbers[number] += outcome != MessageState.DUE
            before = (number, at, outcome)
    if any(count > MOST_ATTEMPTS for count in numbers.values()):
        raise RuntimeError("A message was tried more often than it may be.")
    return sum(count > 0 for count in hasty.values())
