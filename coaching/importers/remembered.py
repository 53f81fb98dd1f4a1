"""What somebody once said of a name in a report, brought to the next report of the same cohort. Evidence beats it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coaching.importers.matching import Match, Member, MemberKey, Suggestion
from coaching.importers.names import MAX_NAME, fold_name

LONGEST_EMAIL = 254
# A name and an address as the report has them, folded for comparing.
Known = tuple[str, str]
# Who they are; None is nobody of the cohort.
Memory = Mapping[Known, MemberKey | None]
# A suggestion as good as this is of somebody who has the very name.
_THE_SAME = 0.99


def fold_known(name: str, email: str) -> Known:
    """What a row of a report is remembered by."""
    return (fold_name(name) or name.casefold())[:MAX_NAME], email.strip().casefold()[:LONGEST_EMAIL]


def apply_memory(matches: Sequence[Match], members: Iterable[Member], memory: Memory) -> list[Match]:
    """The matches, with those settled of which somebody has said who they are."""
    known = {member.key: member for member in members}
    owners: defaultdict[str, set[MemberKey]] = defaultdict(set)
    for member in known.values():
        if member.email:
            owners[member.email.strip().casefold()].add(member.key)
    return [_recall(match, known, owners, memory) for match in matches]


def _recall(
    match: Match, known: Mapping[MemberKey, Member], owners: Mapping[str, set[MemberKey]], memory: Memory
) -> Match:
    key = fold_known(match.person.name, match.person.email)
    if key not in memory:
        return match
    said = memory[key]
    addressed = owners.get(key[1], set()) if key[1] else set()
    if (addressed and said not in addressed) or (said is not None and said not in known):
        # The address is somebody else's by now, or whom it meant has left.
        return match
    if match.member_key is not None:
        return match if match.member_key == said else _contradict(match, known, said)
    if said is None:
        is_like_nobody = all(one.score < _THE_SAME for one in match.suggestions)
        return _settle(match, None, "nobody of this cohort") if is_like_nobody else match
    return _settle(match, said, known[said].name)


def _settle(match: Match, said: MemberKey | None, who: str) -> Match:
    why = f"Remembered: you said that this is {who}."
    return replace(match, member_key=said, how="remembered", why=why, suggestions=())


def _contradict(match: Match, known: Mapping[MemberKey, Member], said: MemberKey | None) -> Match:
    """Somebody has this very name, and it was said to be another's or nobody's: only a person can tell."""
    named = known[match.member_key] if match.member_key is not None else None
    earlier = "nobody of this cohort" if said is None else known[said].name
    found = [one for one in (named, known.get(said) if said is not None else None) if one is not None]
    why = f"You said before that this is {earlier}, but it is the name of {named.name if named else 'a member'}."
    suggestions = tuple(Suggestion(one.key, one.name, _THE_SAME) for one in found)
    return replace(match, member_key=None, how="doubtful", why=why, suggestions=suggestions)
