from __future__ import annotations

import pytest

from casework.ids import CommandId, PersonId, SeatId
from casework.sync.messages import Basis, Sent
from server.auth import GrantKey, Patience, hash_password, is_password, new_password, token_hash
from server.limits import GRANT_MS, LOG_IN_ACCOUNTS, LOG_IN_DELAY_MAX_MS
from server.store import Account
from tests.server.ground import Clock

SEAT, ZHANG = SeatId("seat-1"), PersonId("zhang")


def sent(grant: str, author: str = "zhang") -> Sent:
    return Sent(1, CommandId("c"), PersonId(author), grant, 0, Basis(), None)


def test_that_a_grant_holds_for_its_person_its_seat_and_its_time() -> None:
    key = GrantKey(b"k" * 32)
    grant = key.sign(ZHANG, SEAT, 1000)
    assert key.entitles(SEAT, sent(grant), 1000 + GRANT_MS)
    assert not key.entitles(SEAT, sent(grant), 1001 + GRANT_MS)
    assert not key.entitles(SeatId("seat-2"), sent(grant), 1000)
    assert not key.entitles(SEAT, sent(grant, "li"), 1000)
    assert not GrantKey(b"other" * 8).entitles(SEAT, sent(grant), 1000)


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "....", "é.é", "e30.e30", "x" * 5000])
def test_that_any_text_that_is_no_grant_is_simply_none(text: str) -> None:
    assert not GrantKey(b"k" * 32).entitles(SEAT, sent(text), 0)


def test_that_every_letter_of_a_grant_counts() -> None:
    key = GrantKey(b"k" * 32)
    grant = key.sign(ZHANG, SEAT, 0)
    for place in range(0, len(grant) - 1, 7):
        other = "A" if grant[place] != "A" else "B"
        assert not key.entitles(SEAT, sent(grant[:place] + other + grant[place + 1 :]), 0)


def test_that_a_password_is_known_only_by_its_hash() -> None:
    account = Account(ZHANG, hash_password("correct horse"))
    assert "horse" not in account.hash
    assert account.hash.startswith("$argon2id$")
    assert is_password(account, "correct horse")
    assert not is_password(account, "correct horse ")
    assert not is_password(None, "correct horse")
    assert not is_password(Account(ZHANG, "no hash at all"), "correct horse")
    assert is_password(Account(ZHANG, hash_password("x", is_random=True)), "x")


def test_that_passwords_are_random_and_can_be_typed() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all(set(password) <= set("abcdefghjkmnpqrstuvwxyz23456789-") for password in made)
    assert token_hash("a") != token_hash("b")


def test_that_delays_grow_with_every_wrong_password_and_end_with_the_right_one() -> None:
    clock = Clock()
    patience = Patience(clock)
    waits = []
    for _ in range(12):
        patience.failed("zhang")
        waits.append(patience.wait_ms("zhang"))
        clock.now_ms += waits[-1]
        assert patience.wait_ms("zhang") == 0
    assert waits[:5] == [0, 0, 1000, 2000, 4000]
    assert waits[-1] == LOG_IN_DELAY_MAX_MS
    assert patience.wait_ms("li") == 0
    patience.succeeded("zhang")
    patience.failed("zhang")
    assert patience.wait_ms("zhang") == 0


def test_that_strangers_do_not_fill_the_memory() -> None:
    patience = Patience(Clock())
    for number in range(LOG_IN_ACCOUNTS + 10):
        patience.failed(f"p{number}")
    assert len(patience._failures) == LOG_IN_ACCOUNTS
