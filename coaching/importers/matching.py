"""Who in a report is which member: by e-mail, then by name. What is doubtful is for a person to decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from coaching.importers.names import fold_name
from coaching.importers.presence import PresencePerson

MemberKey = int | str
How = Literal["email", "name", "remembered", "doubtful", "none"]

MAX_SUGGESTIONS = 3
# From here on two names are so alike that one is probably a slip of the other ("Jon Lenon", "Lennon John").
_SIMILAR = 0.8
# Below this a suggestion would only be noise.
_WORTH_SHOWING = 0.6
# Nothing that is put together from pieces is ever quite certain.
_NEARLY = 0.99
_COMPARED = 8

_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir"})
_DEVICES = frozenset(
    {"ipad", "iphone", "phone", "android", "galaxy", "samsung", "huawei", "pixel", "tablet", "laptop", "macbook"}
    | {"desktop", "pc", "mac", "computer", "device", "zoom", "user", "pro", "air", "mobile", "work", "home"}
)


class Member(NamedTuple):
    """A member of the cohort, with whatever key the caller knows them by."""

    key: MemberKey
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A member whom a person may be; `score` runs from 0 to 1."""

    member_key: MemberKey
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one person of a report. Without a `member_key`, `suggestions` are best first."""

    person: PresencePerson
    member_key: MemberKey | None
    how: How
    why: str
    suggestions: tuple[Suggestion, ...] = ()


def match_people(people: Sequence[PresencePerson], members: Iterable[Member]) -> list[Match]:
    """One match for each person, in their order. No member is given to two people, and nobody is given by guess."""
    cohort = _Cohort(members)
    return _refuse_doubles([_match(person, cohort) for person in people], cohort)


class _Cohort:
    """The members, found by address, by any form of their name, and by likeness."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = [Member(*member) for member in members]
        self.by_email: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_pair: dict[str, set[int]] = defaultdict(set)
        self._sorted: list[list[str]] = []
        for place, member in enumerate(self.members):
            if member.email:
                self.by_email[member.email.strip().casefold()].append(place)
            forms = exact_forms(member.name, "")
            for form in forms:
                self._by_name[form].append(place)
                for pair in _pairs(form):
                    self._by_pair[pair].add(place)
            self._sorted.append([_in_order(form) for form in forms])

    def named_like(self, person: PresencePerson) -> list[set[int]]:
        """For each name of the person that is exactly a member's: the members who have it."""
        names = [(person.name, person.original_name), *((name, "") for name in person.other_names)]
        found = (
            {place for form in exact_forms(name, other) for place in self._by_name.get(form, ())}
            for name, other in names
        )
        return [places for places in found if places]

    def suggest(self, person: PresencePerson) -> tuple[Suggestion, ...]:
        """The members most like the person, best first. Only the few that share most letter pairs are compared."""
        forms = {_in_order(form): None for form in _loose_forms(person)}
        shared = Counter(place for form in forms for pair in _pairs(form) for place in self._by_pair.get(pair, ()))
        best = sorted(shared, key=lambda place: (-shared[place], place))[:_COMPARED]
        scored = [(self._score(forms, place), place) for place in best]
        good = sorted((-score, place) for score, place in scored if score >= _WORTH_SHOWING)
        return tuple(self.suggestion(place, -score) for score, place in good[:MAX_SUGGESTIONS])

    def suggestion(self, place: int, score: float) -> Suggestion:
        return Suggestion(self.members[place].key, self.members[place].name, round(score, 2))

    def _score(self, forms: Iterable[str], place: int) -> float:
        return min(_NEARLY, max(_alike(form, name) for form in forms for name in self._sorted[place]))


def exact_forms(name: str, original: str) -> list[str]:
    """The folded names that may settle who somebody is when they are equal to a member's, letter by letter.

    The display name counts in full. A name beside it (original, in parentheses) of one plain word does not:
    'HR' or 'Rick' beside a name says too little.
    """
    outside, inside = _parentheses(name)
    beside = [form for text in (inside, original) for form in _forms(text) if " " in form or not form.isascii()]
    return list(dict.fromkeys([*_forms(outside), *beside]))


def _forms(text: str) -> list[str]:
    """The name folded, and swapped at a comma ('Last, First'). Titles are no part of a name."""
    family, comma, given = text.partition(",")
    spellings = (text, f"{given} {family}") if comma else (text,)
    words = ([word for word in fold_name(spelling).split() if word not in _TITLES] for spelling in spellings)
    return [" ".join(found) for found in words if found]


def _parentheses(name: str) -> tuple[str, str]:
    head, opening, rest = name.partition("(")
    inside, _, tail = rest.partition(")")
    return (f"{head} {tail}", inside) if opening else (name, "")


def _loose_forms(person: PresencePerson) -> list[str]:
    """What may hint at the person: names without devices, all names as one, and the address before the @."""
    texts = [text for name in (person.name, *person.other_names) for text in _parentheses(name)]
    forms = [form for text in (*texts, person.original_name) for form in _forms(text)]
    hints = [" ".join(word for word in _owners(form).split() if word not in _DEVICES) for form in forms]
    together = list(dict.fromkeys(word for hint in hints for word in hint.split()))
    hints += [" ".join(together), fold_name(person.email.partition("@")[0])]
    return [hint[:100] for hint in dict.fromkeys(hints) if hint]


def _owners(form: str) -> str:
    """`erics ipad` is Eric's: a first word before a device loses its s, for apostrophes are folded away."""
    words = form.split()
    if len(words) > 1 and words[1] in _DEVICES and len(words[0]) > 2:
        words[0] = words[0].removesuffix("s")
    return " ".join(words)


def _in_order(form: str) -> str:
    return " ".join(sorted(form.split()))


def _pairs(form: str) -> set[str]:
    return {form[place : place + 2] for place in range(len(form) - 1)} or {form}


def _alike(form: str, name: str) -> float:
    """How alike two names are. A part of a name ('Eric', 'E Clapton') is a strong hint, but no more."""
    score = SequenceMatcher(None, form, name, autojunk=False).ratio()
    words, whole = form.split(), name.split()
    if words and all(any(word == one or (len(word) == 1 and one.startswith(word)) for one in whole) for word in words):
        # One letter alone would be a part of nearly everybody's name.
        return max(score, _SIMILAR + 0.02 * len(words)) if any(len(word) > 1 for word in words) else score
    return score


def _match(person: PresencePerson, cohort: _Cohort) -> Match:
    addressed = cohort.by_email.get(person.email.casefold(), []) if person.email else []
    named = cohort.named_like(person)
    places = sorted(set().union(*named))
    if len(addressed) > 1:
        return _doubt(person, cohort, addressed, f"{len(addressed)} members have this address.")
    if addressed:
        others = sorted(set().union(*(having for having in named if addressed[0] not in having)))
        if others:
            text = f"The address is {_name(cohort, addressed)}'s, but the name is {_name(cohort, others)}'s."
            return _doubt(person, cohort, [*addressed, *others], text)
        return Match(person, cohort.members[addressed[0]].key, "email", "The e-mail address is the member's.")
    if len(places) > 1:
        return _doubt(person, cohort, places, f"{len(places)} members fit the name.")
    if places:
        why = "The name is the member's, and no other member has it."
        if person.email and cohort.members[places[0]].email:
            why = "The name is the member's, and no other member has it; the address in the file is another one."
        return Match(person, cohort.members[places[0]].key, "name", why)
    return _match_loosely(person, cohort)


def _match_loosely(person: PresencePerson, cohort: _Cohort) -> Match:
    suggestions = cohort.suggest(person)
    if suggestions and suggestions[0].score >= _SIMILAR:
        why = f"The name is like {_short(suggestions[0].name)}'s, but not the same."
        return Match(person, None, "doubtful", why, suggestions)
    return Match(person, None, "none", "No member has this address or this name.", suggestions)


def _doubt(person: PresencePerson, cohort: _Cohort, places: Sequence[int], why: str) -> Match:
    suggestions = tuple(cohort.suggestion(place, _NEARLY) for place in places[:MAX_SUGGESTIONS])
    return Match(person, None, "doubtful", why, suggestions)


def _name(cohort: _Cohort, places: Sequence[int]) -> str:
    return _short(cohort.members[places[0]].name)


def _short(name: str) -> str:
    """Long enough to be known by, short enough for two of them in a sentence."""
    return name if len(name) <= 60 else name[:59] + "…"


def _refuse_doubles(matches: list[Match], cohort: _Cohort) -> list[Match]:
    """Two people of a report for one member: perhaps two devices, perhaps two people. Nobody here can say which."""
    counts = Counter(match.member_key for match in matches if match.member_key is not None)
    place_of = {member.key: place for place, member in enumerate(cohort.members)}
    settled: list[Match] = []
    for match in matches:
        if match.member_key is None or counts[match.member_key] == 1:
            settled.append(match)
            continue
        place = place_of[match.member_key]
        why = f"{counts[match.member_key]} people in the file fit {_name(cohort, [place])}."
        settled.append(
            replace(match, member_key=None, how="doubtful", why=why, suggestions=(cohort.suggestion(place, _NEARLY),))
        )
    return settled
