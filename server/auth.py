"""Who may come in: passwords, session tokens, and the grants that let a command out later under its author's name.

Nothing here knows of HTTP or of posts: permission is decided by the rules. Passwords and tokens are never stored,
logged or compared in a way that tells by time which part was wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casework.ids import PersonId, SeatId
from casework.sync.messages import Sent
from server.limits import (
    FREE_FAILURES,
    GRANT_MS,
    LOG_IN_ACCOUNTS,
    LOG_IN_DELAY_MAX_MS,
    LOG_IN_DELAY_MS,
    PASSWORD_CHARS,
)
from server.store import Account, NotOpenable

KEY_BYTES = 32
GRANTS_REMEMBERED = 4096
_HASHER = PasswordHasher()
# For passwords that are long and random anyway (demonstration accounts): cheap to make by the hundred.
_QUICK = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
# Without letters and digits that are mistaken for one another when read from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Grant(msgspec.Struct, frozen=True):
    """That `person` logged in at `seat`; commands may go out under it until `until_ms`."""

    person: PersonId
    seat: SeatId
    until_ms: int


def new_password(groups: int = 4) -> str:
    """A random password that can be typed: groups of four, 19 bits each."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def hash_password(password: str, is_random: bool = False) -> str:
    """The argon2id hash; `is_random` for generated passwords, which need no slow hash."""
    return (_QUICK if is_random else _HASHER).hash(password)


_NOBODY = hash_password(secrets.token_urlsafe(16))


def is_password(account: Account | None, password: str) -> bool:
    """Whether it is this account's password. Without an account the same work is done, and the answer is no."""
    try:
        _HASHER.verify(account.hash if account else _NOBODY, password[:PASSWORD_CHARS])
    except (VerificationError, InvalidHashError):
        return False
    return account is not None


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token: it is random, so a plain hash tells nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


class GrantKey:
    """Signs grants and checks them. The key never leaves the centre."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: OrderedDict[str, Grant] = OrderedDict()

    @classmethod
    def load(cls, path: Path) -> GrantKey:
        """The key of a founded centre; raises NotOpenable where it is not there."""
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise NotOpenable(f"cannot read {path}: {error.strerror}") from error

    def sign(self, person: PersonId, seat: SeatId, now_ms: int) -> str:
        body = msgspec.json.encode(Grant(person, seat, now_ms + GRANT_MS), order="sorted")
        return f"{_text(body)}.{_text(self._mac(body))}"

    def entitles(self, seat: SeatId, sent: Sent, now_ms: int) -> bool:
        """Whether the command's author logged in at this seat, not too long ago."""
        grant = self._checked(sent.grant)
        return (
            grant is not None
            and grant.person == sent.author
            and grant.seat == seat
            and now_ms <= grant.until_ms
        )

    def _checked(self, text: str) -> Grant | None:
        known = self._seen.get(text)
        if known is not None:
            return known
        head, _, tail = text.partition(".")
        try:
            body, mac = _plain(head), _plain(tail)
            if not hmac.compare_digest(mac, self._mac(body)):
                return None
            grant = msgspec.json.decode(body, type=Grant)
        except (ValueError, msgspec.DecodeError):
            return None
        self._seen[text] = grant
        if len(self._seen) > GRANTS_REMEMBERED:
            self._seen.popitem(last=False)
        return grant

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _plain(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Patience:
    """Growing delays after wrong passwords, per account. `clock` gives ms."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait_ms(self, person: str) -> int:
        """How long this account must wait before a password is looked at; 0: now."""
        _, not_before_ms = self._failures.get(person, (0, 0))
        return max(0, not_before_ms - self._clock())

    def failed(self, person: str) -> None:
        count = self._failures.pop(person, (0, 0))[0] + 1
        further = count - FREE_FAILURES
        delay_ms = min(LOG_IN_DELAY_MS << min(further, 16), LOG_IN_DELAY_MAX_MS) if further >= 0 else 0
        self._failures[person] = (count, self._clock() + delay_ms)
        if len(self._failures) > LOG_IN_ACCOUNTS:
            self._failures.popitem(last=False)

    def succeeded(self, person: str) -> None:
        self._failures.pop(person, None)
