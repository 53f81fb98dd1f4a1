"""Sets of learners that are too large to hold: what is spilled counts like what is not."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

import pytest

from coaching.importers import digests
from coaching.importers.digests import DIGEST_BYTES, LearnerDigests, digest_all


@pytest.fixture(params=[False, True], ids=["held", "spilled"])
def spills(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param:
        monkeypatch.setattr(digests, "_MOST_HELD", 100)
        monkeypatch.setattr(digests, "_MOST_IN_MEMORY", 1_000)


@pytest.mark.usefixtures("spills")
def test_learners_of_runs_are_counted_each_once() -> None:
    names = [f"learner-{number}" for number in range(700)]
    with LearnerDigests(b"key") as learners:
        for start in range(0, 600, 50):
            learners.add("a-1", names[start : start + 100])
        with LearnerDigests(b"key") as others:
            others.add("a-2", names[500:])
            learners.keep("a-2", others.pages("a-2"))
        assert (learners.count("a-1"), learners.count("a-2"), learners.count("a-3")) == (650, 200, 0)
        assert learners.count_people() == 700
        pages = list(learners.pages("a-1"))
        assert pages == sorted(pages)
        found = [page[at : at + DIGEST_BYTES] for _, page in pages for at in range(0, len(page), DIGEST_BYTES)]
        assert found == sorted(digest_all(names[:650], b"key"))
        assert all(digest[0] == number for number, page in pages for digest in [page[:1]])
        learners.forget("a-1")
        assert learners.count_people() == 200


def test_another_key_makes_other_digests_and_half_characters_have_one() -> None:
    make: Callable[[bytes], list[bytes]] = lambda key: digest_all(["a", "\ud800"], key)  # noqa: E731
    assert len({*make(b"1"), *make(b"2")}) == 4


def test_a_digest_is_keyed_blake2b_whatever_stands_beside_it() -> None:
    names = ["a", "b", "ü", "c\nd", ""]
    plain = [blake2b(name.encode(), digest_size=16, key=b"k").digest() for name in names]
    assert digest_all(names, b"k") == plain
    assert digest_all(names[:2], b"k") == plain[:2]
    assert digest_all([], b"k") == []
