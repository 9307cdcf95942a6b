"""The writer's view of the store inside one transaction: it decides commands and writes what follows.

Implements casework.sync.centre.Ledger over apsw. What it remembers between commands is only right while it is the
one writer and every transaction commits: after a rollback it is thrown away and read anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

import apsw
import msgspec
import structlog

from casework.catalogue.model import Catalogue
from casework.command import Command
from casework.commands import register
from casework.entities import ENTITY_BY_NAME
from casework.entities.city import CITY_KEY, City
from casework.entities.delivery import Delivery
from casework.entities.person import Person
from casework.facts import Actor, Facts, NumberBlock
from casework.ids import CommandId, Key, PersonId, SeatId
from casework.ledger.chain import Line, leaf_of, link
from casework.limits import CLAIM_SILENCE_MS, NUMBER_BLOCK, NUMBER_LOW, RECEIPT_DAYS
from casework.refusal import Refusal, RefusalCode, refuse
from casework.sync.centre import Change, Outcome, Stored, accept
from casework.sync.messages import (
    Accepted,
    Basis,
    Beat,
    Op,
    Push,
    Refused,
    Sent,
    Verdict,
    encode,
)
from server.limits import GENESIS_ENTRIES, ID_CHARS, STORED_MEMO
from server.store import (
    CENTRE_PERSON,
    CENTRE_SEAT,
    Account,
    Entitled,
    EpochChanged,
    Held,
    NotOpenable,
    Session,
)
from server.store.schema import insert, table_of, upsert

_LOG = structlog.get_logger("store")
_VERDICT: msgspec.json.Decoder[Verdict] = msgspec.json.Decoder(Verdict)
_NAMES = msgspec.json.Encoder()


class Envelope(msgspec.Struct, frozen=True):
    """A command as the ledger keeps it: who sent it and what it was, without the grant, which is a secret."""

    id: CommandId
    seat: SeatId
    n: int
    author: PersonId
    made_at_ms: int
    basis: Basis
    command: object


class Terms(msgspec.Struct, frozen=True):
    """What the rules need besides rows. `entitled` says whether a command's grant holds."""

    catalogues: Mapping[str, Catalogue]
    entitled: Entitled


class Put(NamedTuple):
    """A row as it is to be. `seen` is the version it was decided on: 0 = it must not be there, None = whatever is."""

    entity: str
    row: msgspec.Struct
    seen: int | None = None

    @property
    def key(self) -> Key:
        return ENTITY_BY_NAME[self.entity].row_key(self.row)


class Fresh(NamedTuple):
    """A row that has never been, encoded by whoever made it: canonical body, channels and indexed fields."""

    entity: str
    key: str
    body: bytes
    joined: tuple[str, ...]
    values: tuple[int | str, ...]


class Parcel(msgspec.Struct, frozen=True):
    """A delivery to be entered. `deliveries` is how many there were when it was checked; `numbers` are the next free
    case numbers of a day, as they were seen and as they are to be."""

    row: Delivery
    puts: Iterable[Put]
    deliveries: int
    numbers: Mapping[str, tuple[int, int]] = {}


class MovedOn(Exception):
    """A row is not the one that was looked at; nothing of the delivery may enter."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"{key.entity} {key.key} has moved on")
        self.key = key


class Seat(msgspec.Struct):
    """A seat as the writer remembers it."""

    high_n: int
    heard_ms: int
    person: PersonId


class Writing:
    """One transaction after the other on the writing connection."""

    def __init__(self, connection: apsw.Connection, terms: Terms, opened_ms: int) -> None:
        self._db = connection
        self._terms = terms
        self._opened_ms = opened_ms
        self.now_ms = opened_ms
        found = connection.execute("SELECT epoch, seq, chain FROM authority").fetchone()
        if found is None:
            raise NotOpenable("no authority is founded in it")
        self.epoch: int = found[0]
        self.seq: int = found[1]
        self.chain: bytes = found[2]
        self._written_seq = self.seq
        self.seats = {
            SeatId(seat): Seat(high_n, heard_ms, PersonId(person))
            for seat, high_n, heard_ms, person in connection.execute("SELECT * FROM seat")
        }
        self.persons: dict[PersonId, Person] = {
            PersonId(key): ENTITY_BY_NAME["person"].decode(body)
            for key, body in connection.execute("SELECT key, body FROM row_person")
        }
        self._blocks: dict[SeatId, tuple[NumberBlock, ...]] = {}
        sql = "SELECT seat, day, first, last FROM block WHERE day >= ? ORDER BY day, first"
        for seat, day, first, last in connection.execute(sql, (_oldest_day(opened_ms),)):
            self._blocks[seat] = (*self._blocks.get(seat, ()), NumberBlock(day, first, last))
        self._memo: dict[Key, Stored | None] = {}
        self._dirty: set[SeatId] = set()
        self._silent: frozenset[SeatId] | None = None
        self._city: City | None = None

    # -- the transaction

    def begin(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._silent = None
        if len(self._memo) > STORED_MEMO:
            self._memo.clear()
        self._db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable when it returns."""
        for name in self._dirty:
            seat = self.seats[name]
            self._db.execute(
                "INSERT OR REPLACE INTO seat VALUES (?, ?, ?, ?)",
                (name, seat.high_n, seat.heard_ms, seat.person),
            )
        self._dirty.clear()
        if self.seq != self._written_seq:
            self._db.execute("UPDATE authority SET seq = ?, chain = ?", (self.seq, self.chain))
        self._db.execute("COMMIT")
        self._written_seq = self.seq

    def rollback(self) -> None:
        """Back to the last commit; this object is of no further use."""
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    # -- casework.sync.centre.Ledger

    def high_n(self, seat: SeatId) -> int:
        found = self.seats.get(seat)
        return found.high_n if found else 0

    def receipt(self, seat: SeatId, n: int) -> Verdict | None:
        if n > self.high_n(seat):
            return None
        found = self._db.execute("SELECT verdict FROM receipt WHERE seat = ? AND n = ?", (seat, n)).fetchone()
        return _VERDICT.decode(found[0]) if found else None

    def receipt_of(self, command: CommandId) -> Verdict | None:
        found = self._db.execute("SELECT verdict FROM receipt WHERE command = ?", (command,)).fetchone()
        return _VERDICT.decode(found[0]) if found else None

    def stored(self, key: Key) -> Stored | None:
        if key in self._memo:
            return self._memo[key]
        sql = f"SELECT ver, body FROM {table_of(key.entity)} WHERE key = ?"
        found = self._db.execute(sql, (key.key,)).fetchone()
        row = Stored(found[0], found[1]) if found else None
        self._memo[key] = row
        return row

    # -- jobs

    def push(self, push: Push) -> tuple[Verdict, ...]:
        if push.epoch != self.epoch:
            raise EpochChanged(self.epoch, self.high_n(push.seat))
        return tuple(self._accept(push.seat, sent) for sent in push.sent)

    def perform(self, command: Command) -> Verdict:
        """A command of the centre itself: its own seat and numbers, no post."""
        n = self.high_n(CENTRE_SEAT) + 1
        sent = Sent(
            n, CommandId(f"centre-{n}"), CENTRE_PERSON, "", self.now_ms, Basis(), msgspec.to_builtins(command)
        )
        actor = Actor(CENTRE_PERSON, CENTRE_PERSON, CENTRE_SEAT, frozenset())
        return self._consume(CENTRE_SEAT, sent, self._decided(CENTRE_SEAT, sent, actor))

    def beat(self, seat: SeatId, person: PersonId, numbers_left: int | None) -> Beat:
        self.hear(seat, person)
        row = self.persons.get(person)
        may_register = row is not None and not row.posts.isdisjoint(register.POSTS)
        blocks: tuple[NumberBlock, ...] = ()
        if numbers_left is not None and numbers_left < NUMBER_LOW and may_register:
            blocks = (self.reserve(seat),)
        return Beat(self.epoch, self.seq, self.now_ms, self.high_n(seat), blocks)

    def enter(self, session: Session) -> int:
        self._db.execute("DELETE FROM session WHERE expires_ms <= ?", (self.now_ms,))
        self._db.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
            (session.token_hash, session.person, session.seat, session.channels, session.expires_ms),
        )
        self.hear(session.seat, session.person)
        return self.high_n(session.seat)

    def leave(self, token_hash: str) -> None:
        self._db.execute("DELETE FROM session WHERE token = ?", (token_hash,))

    def set_account(self, account: Account) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)",
            (account.person, account.hash, int(account.must_change), int(account.is_loopback_only)),
        )

    def held_by_silent(self) -> list[Held]:
        silent = self.silent_seats()
        if not silent:
            return []
        claims = self._db.execute("SELECT key, seat FROM row_claim ORDER BY key")
        return [Held(str(case), SeatId(str(seat))) for case, seat in claims if seat in silent]

    # -- parts

    def hear(self, name: SeatId, person: PersonId) -> None:
        """The seat was heard now."""
        seat = self.seats.setdefault(name, Seat(0, 0, person))
        seat.heard_ms, seat.person = self.now_ms, person
        self._dirty.add(name)

    def silent_seats(self) -> frozenset[SeatId]:
        """Seats not heard for too long. After a start every seat is given that long to come back."""
        if self._silent is None:
            limit = self.now_ms - CLAIM_SILENCE_MS
            self._silent = frozenset(
                name for name, seat in self.seats.items() if max(seat.heard_ms, self._opened_ms) < limit
            )
        return self._silent

    def city(self) -> City:
        if self._city is None:
            stored = self.stored(Key("city", CITY_KEY))
            if stored is None:
                raise NotOpenable("the city's own row is missing")
            self._city = msgspec.json.decode(stored.body, type=City)
        return self._city

    def reserve(self, seat: SeatId) -> NumberBlock:
        """The next numbers of today, for this seat alone."""
        zone = ZoneInfo(self.city().calendar.zone)
        day = datetime.fromtimestamp(self.now_ms / 1000, UTC).astimezone(zone).strftime("%Y%m%d")
        found = self._db.execute("SELECT next FROM number WHERE day = ?", (day,)).fetchone()
        first: int = found[0] if found else self._first_free(day)
        block = NumberBlock(day, first, first + NUMBER_BLOCK - 1)
        self._db.execute("INSERT OR REPLACE INTO number VALUES (?, ?)", (day, block.last + 1))
        self._db.execute("INSERT INTO block VALUES (?, ?, ?, ?)", (seat, day, block.first, block.last))
        oldest = _oldest_day(self.now_ms)
        held = (one for one in self._blocks.get(seat, ()) if one.day >= oldest)
        self._blocks[seat] = (*held, block)
        return block

    def _first_free(self, day: str) -> int:
        """Cases that came with the founding may already carry numbers of today."""
        sql = "SELECT max(CAST(substr(key, 9) AS INTEGER)) FROM row_case WHERE key > ? AND key < ?"
        return int(self._db.execute(sql, (day, day + ":")).get or 0) + 1

    def _accept(self, seat: SeatId, sent: Sent) -> Verdict:
        if sent.n != self.high_n(seat) + 1:
            outcome = accept(
                self, seat, sent, self._facts(Actor(sent.author, "", seat, frozenset())), self.seq
            )
            return outcome.verdict
        if not 0 < len(sent.id) <= ID_CHARS or self.receipt_of(sent.id) is not None:
            # Another number carried this id before: it is answered, and never applied again.
            return self._consume(
                seat, sent, _refused(sent, refuse(RefusalCode.EXISTS, command=sent.id[:ID_CHARS]))
            )
        person = self.persons.get(sent.author)
        if person is None or not person.is_active or not self._terms.entitled(seat, sent, self.now_ms):
            return self._consume(
                seat, sent, _refused(sent, refuse(RefusalCode.FORBIDDEN, author=sent.author))
            )
        actor = Actor(person.id, person.name, seat, person.posts, person.unit)
        return self._consume(seat, sent, self._decided(seat, sent, actor))

    def _decided(self, seat: SeatId, sent: Sent, actor: Actor) -> Outcome:
        try:
            return accept(self, seat, sent, self._facts(actor), self.seq)
        except apsw.Error:
            raise
        except Exception:
            # A bug in a rule must not stop the seat's queue for ever: it is logged, refused and seen.
            _LOG.exception("rule_broke", command=sent.id, seat=seat)
            return _refused(sent, refuse(RefusalCode.INVALID, place="centre"))

    def _facts(self, actor: Actor) -> Facts:
        return Facts(
            self.now_ms,
            actor,
            self.city(),
            self._terms.catalogues,
            self._blocks.get(actor.seat, ()),
            self.silent_seats(),
        )

    def _consume(self, name: SeatId, sent: Sent, outcome: Outcome) -> Verdict:
        """Write changes, receipt and number."""
        if outcome.changes:
            envelope = Envelope(sent.id, name, sent.n, sent.author, sent.made_at_ms, sent.basis, sent.command)
            self.append(sent.id, name, sent.n, encode(envelope), outcome.changes)
        is_known = isinstance(outcome.verdict, Refused) and self._is_taken(sent.id)
        self.record(name, sent.author, None if is_known else sent.id, outcome.verdict)
        return outcome.verdict

    def record(self, name: SeatId, author: PersonId, command: CommandId | None, verdict: Verdict) -> None:
        """The receipt, and with it the number. `command` None: another receipt answers that id."""
        self._db.execute(
            "INSERT INTO receipt VALUES (?, ?, ?, ?)", (name, verdict.n, command, encode(verdict))
        )
        self.seats.setdefault(name, Seat(0, self.now_ms, author)).high_n = verdict.n
        self._dirty.add(name)

    def _is_taken(self, command: CommandId) -> bool:
        return len(command) > ID_CHARS or self.receipt_of(command) is not None

    def append(
        self, command: CommandId, seat: SeatId, n: int, sent: bytes, changes: tuple[Change, ...]
    ) -> None:
        """Ledger, rows and feed of one command."""
        first = self.seq + 1
        entries: list[tuple[object, ...]] = []
        told: list[tuple[str, int, str]] = []
        for change in changes:
            entries.append(self._entry(command, sent, change))
            op = _op_of(change).value
            told += [(channel, self.seq, op) for channel in change.joined]
            told += [
                (channel, self.seq, Op.DEL.value) for channel in change.left if channel not in change.joined
            ]
        self._db.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
        self._db.executemany("INSERT INTO feed VALUES (?, ?, ?)", told)
        self._put_rows(changes, first)
        self._db.execute(
            "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?)", (command, seat, n, first, self.seq, sent)
        )

    def deliver(self, deed: str, puts: Iterable[Put], about: str = "") -> int:
        """Rows that nobody's command made (a founding, a file handed in), as entries of the centre's own.

        Each pseudo-command is small enough for one page; `about` names what the rows came with. A row that is
        there byte by byte makes no entry. Answers how many entries were made. Raises MovedOn.
        """
        sent = encode({"deed": deed, "of": about} if about else {"deed": deed})
        before = self.seq
        batch: dict[Key, Change] = {}
        for put in puts:
            if len(batch) == GENESIS_ENTRIES or put.key in batch:
                self._deliver_batch(deed, sent, batch)
            change = self._change(put)
            if change is not None:
                batch[change.key] = change
        if batch:
            self._deliver_batch(deed, sent, batch)
        return self.seq - before

    def deliver_fresh(self, deed: str, rows: Iterable[Fresh]) -> int:
        """The same for a new city's rows by the hundred thousand: nothing is looked up, encoded or decoded again.

        Not for rows the writer remembers decoded. Answers how many entries were made. Raises MovedOn where a row is
        there already.
        """
        sent, before = encode({"deed": deed}), self.seq
        turn = iter(rows)
        while batch := list(islice(turn, GENESIS_ENTRIES)):
            n, first = self.high_n(CENTRE_SEAT) + 1, self.seq + 1
            command = CommandId(f"{deed}-{n}")
            changes = [Change(Key(row.entity, row.key), 1, row.body, row.joined, ()) for row in batch]
            entries = [self._entry(command, sent, change) for change in changes]
            told = [(name, first + k, Op.PUT.value) for k, row in enumerate(batch) for name in row.joined]
            kept: dict[str, list[tuple[object, ...]]] = {}
            for seq, row in enumerate(batch, first):
                kept.setdefault(row.entity, []).append((row.key, 1, seq, *row.values, row.body))
            self._db.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entries)
            self._db.executemany("INSERT INTO feed VALUES (?, ?, ?)", told)
            for name, values in kept.items():
                try:
                    self._db.executemany(_INSERT[name], values)
                except apsw.ConstraintError as error:
                    raise MovedOn(Key(name, str(error))) from error
            self._db.execute(
                "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?)",
                (command, CENTRE_SEAT, n, first, self.seq, sent),
            )
            self.record(CENTRE_SEAT, CENTRE_PERSON, command, Accepted(n, command, self.seq, ()))
        return self.seq - before

    def take_in(self, parcel: Parcel) -> int:
        """Everything a delivery writes, with its own row; answers how many entries were made. Raises MovedOn."""
        deliveries = self._db.execute("SELECT count(*) FROM row_delivery").get
        if deliveries != parcel.deliveries:
            raise MovedOn(Key("delivery", parcel.row.id))
        for day, (seen, following) in parcel.numbers.items():
            found = self._db.execute("SELECT next FROM number WHERE day = ?", (day,)).fetchone()
            if (found[0] if found else 0) != seen:
                raise MovedOn(Key("number", day))
            self._db.execute("INSERT OR REPLACE INTO number VALUES (?, ?)", (day, following))
        own = Put("delivery", parcel.row, seen=0)
        return self.deliver("deliver", itertools.chain(parcel.puts, (own,)), about=parcel.row.id)

    def _deliver_batch(self, deed: str, sent: bytes, batch: dict[Key, Change]) -> None:
        n = self.high_n(CENTRE_SEAT) + 1
        command = CommandId(f"{deed}-{n}")
        self.append(command, CENTRE_SEAT, n, sent, tuple(batch.values()))
        self.record(CENTRE_SEAT, CENTRE_PERSON, command, Accepted(n, command, self.seq, ()))
        batch.clear()
        if len(self._memo) > STORED_MEMO:
            self._memo.clear()

    def _change(self, put: Put) -> Change | None:
        """The entry that leaves the row as it is handed in; None where it is so already."""
        entity, key = ENTITY_BY_NAME[put.entity], put.key
        stored = self.stored(key)
        if put.seen is not None and put.seen != (stored.ver if stored else 0):
            raise MovedOn(key)
        body, joined = entity.encode(put.row), entity.channels(put.row)
        if stored is None:
            return Change(key, 1, body, joined, ())
        if stored.body == body:
            return None
        had = entity.channels(entity.decode(stored.body))
        return Change(
            key, stored.ver + 1, body, joined, tuple(channel for channel in had if channel not in joined)
        )

    def _entry(self, command: CommandId, sent: bytes, change: Change) -> tuple[object, ...]:
        """The next entry's columns; moves head and chain."""
        self.seq += 1
        name, key = change.key
        op = _op_of(change).value
        left = change.left
        line = Line(
            self.seq, command, sent, name, key, change.ver, op, change.joined, left, self.now_ms, change.body
        )
        leaf = leaf_of(line)
        self.chain = link(self.chain, leaf)
        joined_names, left_names = _NAMES.encode(change.joined).decode(), _NAMES.encode(left).decode()
        return (
            self.seq,
            command,
            name,
            key,
            change.ver,
            op,
            change.body,
            joined_names,
            left_names,
            leaf,
            self.chain,
            self.now_ms,
        )

    def _put_rows(self, changes: tuple[Change, ...], first: int) -> None:
        """The rows as these entries leave them; one statement per entity, as most commands write one or two."""
        kept: dict[str, list[tuple[object, ...]]] = {}
        for seq, change in enumerate(changes, first):
            entity = ENTITY_BY_NAME[change.key.entity]
            if change.body is None:
                self._db.execute(f"DELETE FROM {table_of(entity.name)} WHERE key = ?", (change.key.key,))
                self._memo[change.key] = None
                self._note(change.key, None)
                continue
            row = entity.decode(change.body)
            values = (change.key.key, change.ver, seq, *entity.values(row), change.body)
            kept.setdefault(entity.name, []).append(values)
            self._memo[change.key] = Stored(change.ver, change.body)
            self._note(change.key, row)
        for name, rows in kept.items():
            self._db.executemany(_UPSERT[name], rows)

    def _note(self, key: Key, row: msgspec.Struct | None) -> None:
        """Keep what is remembered decoded in step."""
        if key.entity == "person":
            if isinstance(row, Person):
                self.persons[row.id] = row
            else:
                self.persons.pop(PersonId(key.key), None)
        elif key.entity == "city":
            self._city = row if isinstance(row, City) else None


def _op_of(change: Change) -> Op:
    return Op.DEL if change.body is None else Op.PUT


# Rows that are known decoded (persons, the city) come by `deliver`.
_INSERT = {name: insert(entity) for name, entity in ENTITY_BY_NAME.items() if name not in ("person", "city")}
_UPSERT = {name: upsert(entity) for name, entity in ENTITY_BY_NAME.items()}
Job = Callable[[Writing], object]


def _oldest_day(now_ms: int) -> str:
    """Numbers of days before it are nobody's any more: what a seat kept unsent so long it would not send either."""
    return datetime.fromtimestamp(now_ms / 1000 - RECEIPT_DAYS * 86_400, UTC).strftime("%Y%m%d")


def _refused(sent: Sent, refusal: Refusal) -> Outcome:
    return Outcome(Refused(sent.n, sent.id, refusal))


def is_accepted(verdict: Verdict) -> bool:
    return isinstance(verdict, Accepted)
