"""Handing messages over: claim a batch, write the bytes, mark, send, settle, over several connections at once.

This service works across transactions, so it takes a post office with the maker of sessions instead of a session: each
step is one short transaction of the one thread that calls it (the clerk), and none is open while the network is used,
which the carriers' threads do.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from queue import Empty

from sqlalchemy.orm import Session

from coaching.channels.base import MAIL, Letter, Outcome, Verdict
from coaching.database import read_options
from coaching.services.carriers import Arrival, Carrier, Circuit, Desk, Parcel, SendingRules
from coaching.services.claims import ClaimedMessage, claim_messages, is_anything_due, load_claimed
from coaching.services.invite_checks import REPLACED_IN_PART, read_events, tell_anew
from coaching.services.letter_links import facts_with_links, link_of
from coaching.services.mail_rate import Room, find_room, take_places
from coaching.services.mail_words import note_faults
from coaching.services.own_pages import find_pages
from coaching.services.post_office import Attempt, PostOffice, by_token
from coaching.services.settlements import cancel_refused, fix_wires, mark_transmitting

__all__ = ["Circuit", "PostOffice", "SendingRules", "send_due_messages"]

log = logging.getLogger(__name__)


def send_due_messages(office: PostOffice) -> Counter[str]:
    """Sends what is due, batch after batch, until nothing is, the way is shut, or we are told to stop.

    Returns how many messages came to which verdict; `cancelled` are those that did not hold any more.
    """
    office.settle()
    return _Round(office).walk()


class _Round:
    """One run of sending. The clerk hands out, fetches more while the carriers are away, and takes in what they bring:
    whatever came in is settled in the same transaction that marks what leaves next."""

    def __init__(self, office: PostOffice) -> None:
        self.office = office
        self.desks = list(office.desks.values())
        self.tally: Counter[str] = Counter()
        self.noted: set[int] = set()
        for desk in self.desks:
            desk.is_drained = False

    def walk(self) -> Counter[str]:
        try:
            while not self.office.should_stop() and (self._hand_out() or self._fetch() or self._wait()):
                for arrival in self._arrivals():
                    self._take_in(arrival)
        finally:
            self._come_home()
        self.office.settle()
        return self.tally

    def _hand_out(self) -> bool:
        """Sends off who is free and for whom something is ready."""
        return any(self._hand_out_from(desk) for desk in self.desks)

    def _hand_out_from(self, desk: Desk) -> bool:
        desk.open_ways(self.office.clock())
        pairs = desk.pairs()
        if not pairs:
            return False
        parcels = [parcel for _carrier, parcel in pairs]
        with self.office.writing() as session:
            room = self._room(session, desk, len(pairs))
            marked = self._mark(session, parcels[: room.places])
        for carrier, parcel in pairs[: room.places]:
            desk.ready.popleft()
            if parcel.message.id in marked:
                carrier.carry(parcel)
        if room.held_until is not None:
            self._hold(desk, room.held_until)
        return True

    def _room(self, session: Session, desk: Desk, wanted: int) -> Room:
        rate = self.office.rate
        if rate is None or desk.name != MAIL:
            return Room(wanted, None)
        return take_places(session, rate, wanted, now=self.office.clock())

    def _hold(self, desk: Desk, until: datetime) -> None:
        """Puts back what the cap leaves no room for: it is due as before, and no attempt is counted."""
        desk.held_until = until
        held = desk.clear()
        self.office.returned += held
        self.tally["held"] += len(held)

    def _mark(self, session: Session, parcels: Sequence[Parcel]) -> set[int]:
        """Keeps the bytes of what leaves now, and marks it as on its way. What came in is settled in the same
        transaction: a crash leaves open the fate of no more messages than there are connections."""
        office, marked = self.office, set[int]()
        for token, group in groupby(parcels, by_token):
            batch = list(group)
            new = [parcel.message for parcel in batch if parcel.is_fresh]
            fresh = [(each.id, each.wire or b"", each.address) for each in new]
            if fresh:
                fix_wires(session, fresh, token=token)
                self._note_faults(session, batch)
            ids, lease = [parcel.message.id for parcel in batch], office.rules.send_lease
            marked.update(mark_transmitting(session, ids, token=token, now=office.clock(), lease=lease))
        return marked

    def _note_faults(self, session: Session, parcels: Sequence[Parcel]) -> None:
        """Keeps which of a programme's words could not be filled in, once a round however many mails have them."""
        words = [parcel.message.words for parcel in parcels if parcel.message.words is not None]
        faulty = [each for each in words if each.fault and each.number not in self.noted]
        note_faults(session, faulty, now=self.office.clock())
        self.noted.update(each.number for each in faulty)

    def _fetch(self) -> bool:
        """Writes the next letter, or claims a batch where a desk runs empty. False where there is nothing to do."""
        for desk in self.desks:
            if desk.wants_writing:
                self._write(desk, desk.unwritten.popleft())
                return True
        now = self.office.clock()
        hungry = [desk for desk in self.desks if desk.is_hungry(now)]
        # With a cap, each channel by itself: it is mail's alone.
        groups = [[desk] for desk in hungry] if self.office.rate else [hungry]
        return any(self._claim(group) for group in groups if group)

    def _claim(self, hungry: Sequence[Desk]) -> bool:
        """Ours for the time of a lease. Those that do not hold any more are called off, those that do not leave now are
        put back, and both are counted."""
        names, token = [desk.name for desk in hungry], self.office.new_token()
        limit, held_until = _find_work(self.office, names)
        found = _claim_batch(self.office, names, token, limit) if limit else None
        if found is None:
            for desk in hungry:
                desk.is_drained, desk.held_until = True, None if limit else held_until
            return False
        standing, refused = found
        self.tally += refused
        pages = find_pages(self.office.session_factory, standing)
        for message in standing:
            desk = self.office.desks[message.channel]
            queue = desk.unwritten if message.wire is None else desk.ready
            queue.append(Parcel(message, token, page=pages.get(message.id, "")))
        return True

    def _write(self, desk: Desk, parcel: Parcel) -> None:
        """A message with its final bytes, which are kept before the first attempt. One that cannot be written backs off
        alone."""
        message = parcel.message
        try:
            wire = _wire_of(self.office, message, parcel.page)
        except Exception as error:
            # Whatever is wrong with one message must not hold up the others. The error is named and not shown,
            # because its text may quote the message.
            log.error("Message %s cannot be written: %s.", message.id, type(error).__name__)
            outcome = Outcome(Verdict.RETRY, f"It cannot be written: {type(error).__name__}.")
            self.office.unsettled.append(Attempt(parcel, outcome))
            self.tally["retry"] += 1
            return
        written = message._replace(wire=wire, address=message.shown_address)
        desk.ready.append(Parcel(written, parcel.token, is_fresh=True))

    def _wait(self) -> bool:
        """Waits for a carrier, with all written down that there is. False where nobody is away. Who is kept waiting by
        a slow server keeps nobody else: after a while it is looked again whether anything is due."""
        if not any(desk.is_at_work for desk in self.desks):
            return False
        self.office.settle()
        try:
            self._take_in(self.office.arrivals.get(timeout=self.office.rules.look_again.total_seconds()))
        except Empty:
            for desk in self.desks:
                desk.is_drained = False
        return True

    def _arrivals(self) -> Iterator[Arrival]:
        while not self.office.arrivals.empty():
            yield self.office.arrivals.get()

    def _take_in(self, arrival: Arrival) -> None:
        carrier, parcel, outcome = arrival
        carrier.come_back()
        if outcome is None:
            carrier.is_open = True
        elif outcome.verdict == Verdict.DOWN:
            self._leave_alone(carrier, parcel, outcome.detail)
        elif parcel is not None:
            carrier.circuit.mend()
            self.office.unsettled.append(Attempt(parcel, outcome))
            self.tally[outcome.verdict] += 1

    def _leave_alone(self, carrier: Carrier, parcel: Parcel | None, why: str) -> None:
        """A connection that is down pauses, and what it was to carry is put back; all that waits, where it was the
        last one that was open."""
        now = self.office.clock()
        carrier.is_open = False
        carrier.circuit.shut(now)
        desk = next(desk for desk in self.desks if carrier in desk.carriers)
        log.warning("Channel %s is down for now: %s", desk.name, why)
        back = [parcel] if parcel is not None else []
        if desk.is_shut(now):
            back += desk.clear()
        if back:
            self.office.returned += back
            self.tally["down"] += len(back)

    def _come_home(self) -> None:
        """What is on its way arrives, what was not tried is put back, and the carriers rest."""
        while any(carrier.parcel for desk in self.desks for carrier in desk.carriers):
            self._take_in(self.office.arrivals.get())
        for desk in self.desks:
            self.office.returned += desk.clear()
            for carrier in desk.carriers:
                carrier.rest()


def _find_work(office: PostOffice, names: Sequence[str]) -> Room:
    """How much is worth claiming for these channels: a batch, or what a cap leaves of it, where anything is due."""
    now, batch = office.clock(), office.rules.batch
    with office.session_factory() as session:
        connection = session.connection(execution_options=read_options(session.get_bind().engine))
        if not is_anything_due(connection, now=now, channels=names):
            return Room(0, None)
        if office.rate is None or names != [MAIL]:
            return Room(batch, None)
        return find_room(connection, office.rate, batch, now=now)


def _claim_batch(
    office: PostOffice, names: Sequence[str], token: str, limit: int
) -> tuple[list[ClaimedMessage], Counter[str]] | None:
    """What stands of a batch and how many do not; None where somebody else was quicker."""
    now, lease = office.clock(), office.rules.claim_lease
    with office.writing() as session:
        ids = claim_messages(session, token=token, now=now, lease=lease, limit=limit, channels=names)
        standing, refused = load_claimed(session, ids, token=token, now=now) if ids else ([], [])
    cancelled = 0
    if refused:
        # Apart from the claim, because whoever changes check-in and message locks them in this order.
        with office.session_factory.begin() as session:
            events = read_events(session, [each.message.id for each in refused if each.reason == REPLACED_IN_PART])
            cancelled = cancel_refused(session, refused, token=token, now=now)
            tell_anew(session, events, now=now)
    return (standing, +Counter({"cancelled": cancelled, "put_back": len(refused) - cancelled})) if ids else None


def _wire_of(office: PostOffice, message: ClaimedMessage, path: str) -> bytes:
    facts, secret = message.facts, message.secret
    letter = Letter(
        kind=message.kind.value,
        message_id=message.message_id,
        name=message.name,
        address=message.goes_to,
        timezone=message.timezone,
        facts=facts_with_links(message.kind, facts, message.public_id, secret, office.base_url),
        link=link_of(message.kind, facts, secret, office.base_url),
        written_at=office.clock(),
        words=message.words,
        path=path,
    )
    return office.channels[message.channel].write(letter)
