"""Mail: built and sent beside ready bytes over one kept connection, and how several connections bear long lines."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import count

from sqlalchemy import Engine, update
from sqlalchemy.orm import sessionmaker

from bench.mail_sink import running
from bench.measure import Finding, Timing, ratio, take_turns
from bench.outbox_rows import NOW, database, fill_messages, settle_down
from bench.stage import Stage
from coaching.channels.base import Letter, Verdict
from coaching.channels.smtp import SmtpChannel
from coaching.models import Message
from coaching.services.delivery import PostOffice, send_due_messages
from coaching.tokens import new_secret

SENDER = "Coaching <coaching@example.org>"
ADDRESS = "person@example.org"
FACTS = {"to": "Cohort 7", "by": "Carol Coach"}
LETTER = Letter(
    kind="invitation",
    message_id="<0123456789abcdefghjk@coaching.internal>",
    name="Ann Author",
    address=ADDRESS,
    timezone="Europe/London",
    facts=FACTS,
    link="https://coaching.example.org/invitations/" + "s" * 43,
    written_at=NOW,
)
CONNECTIONS = (1, 2, 4, 8)
NEEDS_COHORTS = False


def run(stage: Stage) -> list[Finding]:
    """The nearest server there can be, and one that is 20 ms away."""
    effort = stage.effort
    with database(stage, "bench_mail") as engine:
        far_ones = 2 * sum(CONNECTIONS) * (effort.sendings + 1)
        outbox = Outbox(engine, effort.mails * (effort.rounds + 1 + far_ones))
        far = [found for pipelines in (True, False) for found in _far(stage, outbox, pipelines=pipelines)]
        return [*_near(stage, outbox), *far]


class Outbox:
    """Messages that fall due when they are asked for, and post offices that send them."""

    def __init__(self, engine: Engine, messages: int) -> None:
        self.sessions = sessionmaker(engine)
        fill_messages(engine, messages)
        with self.sessions.begin() as session:
            session.execute(update(Message).values(facts=FACTS, due_at=NOW + timedelta(days=1)))
        settle_down(engine)
        self._next = 0

    def sender(self, channels: Sequence[SmtpChannel], amount: int) -> Callable[[], None]:
        """A call that lets the next `amount` messages fall due, and sends them over these connections."""
        office = PostOffice(
            session_factory=self.sessions,
            channels={"mail": channels[0]},
            base_url="https://coaching.example.org",
            clock=lambda: NOW,
            new_token=new_secret,
            chance=lambda: 1.0,
            further={"mail": channels[1:]},
        )

        def send() -> None:
            first, self._next = self._next, self._next + amount
            with self.sessions.begin() as session:
                chosen = (Message.subject_id >= first, Message.subject_id < self._next)
                session.execute(update(Message).where(*chosen).values(due_at=NOW))
            if send_due_messages(office) != {"sent": amount}:
                raise RuntimeError("Not everything was sent.")

        return send


@contextmanager
def _channels(port: int, connections: int) -> Iterator[list[SmtpChannel]]:
    channels = [SmtpChannel("127.0.0.1", port, SENDER) for _ in range(connections)]
    try:
        yield channels
    finally:
        for channel in channels:
            channel.close()


def _near(stage: Stage, outbox: Outbox) -> list[Finding]:
    """What writing letters, the conversation and the commits cost beside handing ready bytes over, and nothing else."""
    amount, rounds = stage.effort.mails, stage.effort.rounds
    wire = SmtpChannel("127.0.0.1", 0, SENDER).write(LETTER)
    with ExitStack() as stack:
        port, plain_port = (stack.enter_context(running(pipelines=pipelines)) for pipelines in (True, False))
        raw = stack.enter_context(smtplib.SMTP("127.0.0.1", port))
        (kept,), (plain,) = (stack.enter_context(_channels(each, 1)) for each in (port, plain_port))
        competitors = {
            "raw": lambda: _repeat(amount, lambda: raw.sendmail(SENDER, [ADDRESS], wire)),
            "peer": lambda: _repeat(amount, lambda: _send_alone(port, wire)),
            "ours": _builder(kept, amount),
            "plain": _builder(plain, amount),
            "outbox": outbox.sender(stack.enter_context(_channels(port, 1)), amount),
        }
        timings = take_turns(competitors, rounds=rounds, calls=1)

    def finding(work: str, name: str, target: float | None = None) -> Finding:
        share, rate = 1 / ratio(timings[name], timings["raw"]), amount / timings[name].p50
        note = f"{rate:,.0f} a second; ready bytes {amount / timings['raw'].p50:,.0f}"
        return Finding(work, stage.engine_name, share, "x ready bytes", target, at_most=False, note=note)

    return [
        finding("mail built and sent, one kept connection", "ours", 0.4),
        finding("mail built and sent to a server without PIPELINING", "plain", 0.4),
        finding("mail through the outbox, a commit each, one connection", "outbox"),
        finding("mail: peer, ready bytes by a connection each", "peer"),
    ]


def _repeat(times: int, call: Callable[[], object]) -> None:
    for _ in range(times):
        call()


def _send_alone(port: int, wire: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail(SENDER, [ADDRESS], wire)


def _builder(channel: SmtpChannel, amount: int) -> Callable[[], None]:
    numbers = count()

    def build_and_send() -> None:
        channel.open()
        for _ in range(amount):
            wire = channel.write(LETTER)
            outcome = channel.send(wire, message_id=f"<{next(numbers)}@bench>", address=ADDRESS)
            if outcome.verdict != Verdict.SENT:
                raise RuntimeError(outcome.detail)

    return build_and_send


def _far(stage: Stage, outbox: Outbox, *, pipelines: bool) -> list[Finding]:
    """Through the outbox, from claim to settlement, over lines where every answer takes its time."""
    each, rounds = stage.effort.mails, stage.effort.sendings
    way = "pipelined" if pipelines else "step by step"
    with ExitStack() as stack:
        port = stack.enter_context(running(stage.effort.round_trip, pipelines=pipelines))
        competitors = {
            str(number): outbox.sender(stack.enter_context(_channels(port, number)), each * number)
            for number in CONNECTIONS
        }
        timings = take_turns(competitors, rounds=rounds, calls=1)
    return [
        _gain(stage, timings, number, f"mail over round trips of 20 ms, {way}: {number} connections", each)
        for number in CONNECTIONS[1:]
    ]


def _gain(stage: Stage, timings: dict[str, Timing], number: int, work: str, each: int) -> Finding:
    """How many times as much as over one connection in the same time: every connection had as many to send."""
    gain = number / ratio(timings[str(number)], timings["1"])
    note = f"{each * number / timings[str(number)].p50:,.0f} a second; one connection {each / timings['1'].p50:,.1f}"
    return Finding(work, stage.engine_name, gain, "x one connection", 0.9 * number, at_most=False, note=note)
