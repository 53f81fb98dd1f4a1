"""Who is who: certain, or for a person to decide."""

from __future__ import annotations

import time

import pytest

from coaching.importers.matching import Match, Member, match_people
from coaching.importers.presence import PresencePerson
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import SHARED_SAMPLE

MEMBERS = [
    Member("amira", "Amira Osei", "amira@example.org"),
    Member("bo", "Bo Lindqvist", "bo@example.org"),
    Member("zoe", "Zoë Müller", "zoe@example.org"),
    Member("lee1", "Ann Lee", "ann.lee@example.org"),
    Member("lee2", "Ann Lee", "alee@example.org"),
    Member("eric", "Eric Clapton", ""),
]


def person(name: str, email: str = "", original: str = "", others: tuple[str, ...] = ()) -> PresencePerson:
    return PresencePerson(rows=(2,), name=name, original_name=original, email=email, minutes=30, other_names=others)


def match(*people: PresencePerson) -> list[Match]:
    return match_people(people, MEMBERS)


@pytest.mark.parametrize(
    ("one", "key", "how"),
    [
        (person("Whoever", "AMIRA@example.org"), "amira", "email"),
        (person("Amira's iPad", "amira@example.org"), "amira", "email"),
        (person("amira OSEI"), "amira", "name"),
        (person("Osei, Amira"), "amira", "name"),
        (person("Dr. Amira Osei"), "amira", "name"),
        (person("Zoe Muller"), "zoe", "name"),
        (person("AO", original="Amira Osei"), "amira", "name"),
        (person("iPad (Amira Osei)"), "amira", "name"),
        (person("Amira Osei", "private@example.com"), "amira", "name"),
        (person("Ann Lee", "alee@example.org"), "lee2", "email"),
    ],
)
def test_certain(one: PresencePerson, key: str, how: str) -> None:
    (found,) = match(one)
    assert (found.member_key, found.how) == (key, how)
    assert found.person is one
    assert found.why.endswith(".")


@pytest.mark.parametrize(
    ("one", "best", "why"),
    [
        (person("Ann Lee"), "lee1", "2 members fit the name"),
        (
            person("Bo Lindqvist", "amira@example.org"),
            "amira",
            "address is Amira Osei's, but the name is Bo Lindqvist's",
        ),
        (
            person("Amira Osei", "amira@example.org", others=("Bo Lindqvist",)),
            "amira",
            "but the name is Bo Lindqvist's",
        ),
        (person("Amirah Osei"), "amira", "like Amira Osei's"),
        (person("Bo Lindquist"), "bo", "like Bo Lindqvist's"),
        (person("Amira"), "amira", "like Amira Osei's"),
        (person("A Osei"), "amira", "like Amira Osei's"),
        (person("Eric's iPad", original="Clapton"), "eric", "like Eric Clapton's"),
        (person("Bo's iPhone (Lindqvist)"), "bo", "like Bo Lindqvist's"),
        (person("Galaxy S21", "zoe.muller@elsewhere.example"), "zoe", "like Zoë Müller's"),
    ],
)
def test_doubtful(one: PresencePerson, best: str, why: str) -> None:
    (found,) = match(one)
    assert (found.member_key, found.how) == (None, "doubtful")
    assert why in found.why
    assert found.suggestions[0].member_key == best
    assert len(found.suggestions) <= 3
    scores = [suggestion.score for suggestion in found.suggestions]
    assert scores == sorted(scores, reverse=True)


def test_the_best_suggestion_decides_and_weaker_ones_are_shown() -> None:
    members = [Member(1, "George Martin", ""), Member(2, "George Harrison", "")]
    (found,) = match_people([person("George Martins")], members)
    assert found.how == "doubtful"
    assert [one.member_key for one in found.suggestions] == [1, 2]
    assert found.suggestions[1].score < 0.8 < found.suggestions[0].score


@pytest.mark.parametrize(
    "one",
    [person("Quentin Fox"), person("😀"), person("A"), person("iPad"), person("Q", "q@example.com"), person("(HR)")],
)
def test_nobody(one: PresencePerson) -> None:
    (found,) = match(one)
    assert (found.member_key, found.how) == (None, "none")


def test_a_single_word_beside_a_name_settles_nothing() -> None:
    members = [Member(1, "Rick", ""), Member(2, "Ann Lee (Rick)", "")]
    (found,) = match_people([person("Quentin Fox", original="Rick")], members)
    assert found.member_key is None


@pytest.mark.parametrize("second", [person("Amira Osei"), person("Amira Osei", "other@example.com")])
def test_two_people_for_one_member_are_both_for_review(second: PresencePerson) -> None:
    found = match(person("Phone", "amira@example.org"), second, person("Bo Lindqvist"))
    assert [one.how for one in found] == ["doubtful", "doubtful", "name"]
    assert [one.suggestions[0].member_key for one in found[:2]] == ["amira", "amira"]
    assert found[0].why == "2 people in the file fit Amira Osei."


def test_two_members_of_one_address() -> None:
    members = [Member(1, "Ann Lee", "desk@example.org"), Member(2, "Bob Ray", "desk@example.org")]
    (found,) = match_people([person("Desk", "desk@example.org")], members)
    assert found.how == "doubtful"
    assert {one.member_key for one in found.suggestions} == {1, 2}


def test_no_members_and_no_people() -> None:
    assert match_people([], MEMBERS) == []
    assert [one.how for one in match_people([person("Ann")], [])] == ["none"]


def test_why_fits_its_column() -> None:
    members = [Member(1, "A" * 200, "a@example.org"), Member(2, "B" * 200, "")]
    (found,) = match_people([person("B" * 200, "a@example.org")], members)
    assert len(found.why) <= 300


def test_five_hundred_strangers_in_under_a_second() -> None:
    people = [person(f"Persona{number} Fremd{number * 7}") for number in range(500)]
    members = [
        Member(number, f"Person {number} Fremder {number * 3}", f"p{number}@example.org") for number in range(100)
    ]
    start = time.process_time()
    match_people(people, members)
    assert time.process_time() - start < 1.5


@pytest.mark.skipif(not SHARED_SAMPLE.exists(), reason="the shared sample files are not here")
def test_the_shared_sample() -> None:
    members = [
        Member(1, "Eric Clapton", "shredder@cream.org"),
        Member(2, "John Lennon", "john@example.org"),
        Member(3, "Starr, Ringo", ""),
        Member(4, "Pete Best", "pete.best@example.org"),
    ]
    found = match_people(read_zoom_report(SHARED_SAMPLE.read_bytes()).people, members)
    by_name = {one.person.name: one for one in found}
    assert (by_name["Eric Clapton"].member_key, by_name["Eric Clapton"].how) == (1, "email")
    assert (by_name["John Lennon"].member_key, by_name["John Lennon"].how) == (2, "name")
    assert (by_name["Ringo Starr"].member_key, by_name["Ringo Starr"].how) == (3, "name")
    assert by_name["Peter Best"].how == "doubtful"
    assert by_name["Eric's iPad"].how == "doubtful"
    assert by_name["Eric's iPad"].suggestions[0].name == "Eric Clapton"
    assert by_name["Yoko Ono"].how == "none"
