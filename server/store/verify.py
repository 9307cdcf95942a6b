"""Checks a centre's store against itself: the ledger dense and chained, rows, receipts and feed following from it.

It only reads and may run while the centre serves. It says what is wrong in words for an administrator, and never
what stands in a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec

from casework.entities import ENTITIES, ENTITY_BY_NAME
from casework.ids import Key
from casework.ledger.chain import GENESIS, Line, leaf_of, link
from casework.sync.messages import Accepted, Op, Verdict
from server.store import NotOpenable
from server.store.connection import check_library, open_reader, why
from server.store.fitting import columns_in, columns_of
from server.store.schema import table_of

MOST_FAULTS = 50
_VERDICT: msgspec.json.Decoder[Verdict] = msgspec.json.Decoder(Verdict)
_NAMES = msgspec.json.Decoder(tuple[str, ...])


class Last(msgspec.Struct, frozen=True):
    """What the ledger says last of a row."""

    seq: int
    ver: int
    leaf: bytes
    is_there: bool


def verify(path: Path) -> tuple[list[str], int]:
    """What is wrong (the first few), and how many entries were read. Raises NotOpenable."""
    check_library()
    if not path.is_file():
        raise NotOpenable(f"{path} is not there: the folder is not initialised")
    found: list[str] = []
    try:
        db = open_reader(path)
        db.execute("BEGIN")
        for fault in _faults(db):
            found.append(fault)
            if len(found) >= MOST_FAULTS:
                break
        entries = int(db.execute("SELECT count(*) FROM log").get)
        db.close(True)
    except (apsw.NotADBError, apsw.CorruptError) as error:
        return [f"the file is damaged: {error}"], 0
    except apsw.Error as error:
        raise NotOpenable(f"cannot read {path}: {why(path, error)}") from error
    except (msgspec.DecodeError, TypeError, ValueError) as error:
        return [*found, f"something in it is not of the shape it was written in: {error}"], 0
    return found, entries


def _faults(db: apsw.Connection) -> Iterator[str]:
    for (line,) in db.execute("PRAGMA integrity_check(5)"):
        if line != "ok":
            yield f"the file is damaged: {line}"
    last: dict[Key, Last] = {}
    yield from _ledger(db, last)
    yield from _rows(db, last)
    yield from _commands(db)
    yield from _receipts(db)
    yield from _feed(db)


def _ledger(db: apsw.Connection, last: dict[Key, Last]) -> Iterator[str]:
    """Dense, every leaf and link right, every row's versions one after the other."""
    sql = """SELECT l.seq, l.command, l.entity, l.key, l.ver, l.op, l.body, l.joined, l."left", l.leaf, l.chain,
        l.at_ms, c.sent FROM log l LEFT JOIN command c ON c.id = l.command ORDER BY l.seq"""
    chain, expected = GENESIS, 1
    for seq, command, entity, key, ver, op, body, joined, left, leaf, linked, at_ms, sent in db.execute(sql):
        if seq != expected:
            yield f"entry {expected} is missing: the next one is {seq}"
        if sent is None:
            yield f"entry {seq} names a command that is not stored"
        line = Line(
            seq,
            command,
            sent or b"",
            entity,
            key,
            ver,
            op,
            _NAMES.decode(joined),
            _NAMES.decode(left),
            at_ms,
            body,
        )
        if leaf_of(line) != leaf:
            yield f"entry {seq} is not what was written: its hash differs"
        chain = link(chain, leaf)
        if chain != linked:
            yield f"the chain breaks at entry {seq}"
            chain = linked
        name = Key(entity, key)
        before = last.get(name)
        if ver != (before.ver if before and before.is_there else 0) + 1:
            yield f"entry {seq} skips a version of its row"
        if (op == Op.DEL) != (body is None):
            yield f"entry {seq} says {op} but its row says otherwise"
        last[name] = Last(seq, ver, leaf, body is not None)
        expected = seq + 1
    epoch, head, sealed = db.execute("SELECT epoch, seq, chain FROM authority").fetchall()[0]
    if head != expected - 1:
        yield f"the ledger ends at {expected - 1} but its head is {head}"
    if sealed != chain:
        yield "the ledger's last link is not the one the authority has"
    if not isinstance(epoch, int) or epoch < 1:
        yield f"epoch {epoch} is not lawful"


def _rows(db: apsw.Connection, last: dict[Key, Last]) -> Iterator[str]:
    """Every row is the last entry's body, byte by byte, and its columns are its fields."""
    there = {key for key, one in last.items() if one.is_there}
    for entity in ENTITIES:
        there_are = columns_in(db, entity)
        if not there_are:
            continue  # founded before this entity; it gets its table when the centre next serves
        # So does a field that is indexed since.
        indexed = entity.indexed if there_are == columns_of(entity) else ()
        columns = "".join(f', r."{name}"' for name in indexed)
        sql = f"""SELECT r.key, r.ver, r.seq, r.body, l.body{columns} FROM {table_of(entity.name)} r
            LEFT JOIN log l ON l.seq = r.seq"""
        for key, ver, seq, body, logged, *values in db.execute(sql):
            name = Key(entity.name, key)
            entry = last.get(name)
            there.discard(name)
            if entry is None or not entry.is_there or (entry.seq, entry.ver) != (seq, ver) or body != logged:
                yield f"{entity.name} {key} is not what the ledger says last"
                continue
            row = ENTITY_BY_NAME[entity.name].decode(body)
            if (indexed and entity.values(row) != tuple(values)) or entity.key(row) != key:
                yield f"{entity.name} {key}: its columns are not its fields"
    for name in sorted(there):
        yield f"{name.entity} {name.key} is missing: the ledger has it"


def _commands(db: apsw.Connection) -> Iterator[str]:
    """Every command's entries lie together, and one accepted receipt answers for it."""
    sql = """SELECT c.id, c.seat, c.n, c.first, c.last, r.verdict,
        (SELECT count(*) FROM log l WHERE l.seq BETWEEN c.first AND c.last AND l.command = c.id)
        FROM command c LEFT JOIN receipt r ON r.seat = c.seat AND r.n = c.n"""
    entries = 0
    for command, seat, n, first, last, verdict, count in db.execute(sql):
        entries += count
        if count != last - first + 1:
            yield f"command {command} has {count} entries, not {last - first + 1}"
        found = _VERDICT.decode(verdict) if verdict else None
        if not isinstance(found, Accepted) or found.id != command or found.seq != last:
            yield f"command {command}: the receipt of seat {seat} number {n} does not answer for it"
    if entries != db.execute("SELECT count(*) FROM log").get:
        yield "the ledger holds entries of no command"


def _receipts(db: apsw.Connection) -> Iterator[str]:
    """Numbers dense per seat up to its highest; nothing accepted that the ledger does not hold."""
    sql = "SELECT seat, count(*), max(n), min(n) FROM receipt GROUP BY seat"
    highest = {row[0]: row[1] for row in db.execute("SELECT seat, high_n FROM seat")}
    for seat, count, most, least in db.execute(sql):
        if least != 1 or count != most or highest.get(seat) != most:
            yield f"seat {seat} has {count} receipts up to {most}, its highest number is {highest.get(seat)}"
    sql = "SELECT r.seat, r.n, r.verdict, c.id FROM receipt r LEFT JOIN command c ON c.seat = r.seat AND c.n = r.n"
    for seat, n, body, command in db.execute(sql):
        verdict = _VERDICT.decode(body)
        if verdict.n != n:
            yield f"the receipt of seat {seat} number {n} is of number {verdict.n}"
        if isinstance(verdict, Accepted) and verdict.versions and command is None:
            yield f"seat {seat} number {n} was accepted, but its command is not stored"


def _feed(db: apsw.Connection) -> Iterator[str]:
    """The feed tells every channel of an entry, and nobody else."""
    rows = db.execute("SELECT seq, channel, op FROM feed ORDER BY seq, channel")
    told = _grouped(rows)
    at, channels = next(told, (0, {}))
    for seq, op, joined, left in db.execute('SELECT seq, op, joined, "left" FROM log ORDER BY seq'):
        expected = dict.fromkeys(_NAMES.decode(left), "del") | dict.fromkeys(_NAMES.decode(joined), op)
        found: dict[str, str] = {}
        while at and at <= seq:
            if at < seq:
                yield f"the feed speaks of entry {at}, which is not there"
            else:
                found = channels
            at, channels = next(told, (0, {}))
        if found != expected:
            yield f"the feed tells entry {seq} to others than it concerns"
    if at:
        yield f"the feed speaks of entry {at}, which is not there"


def _grouped(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[int, dict[str, str]]]:
    seq = 0
    channels: dict[str, str] = {}
    for at, channel, op in rows:
        if at != seq:
            if seq:
                yield seq, channels
            seq, channels = int(str(at)), {}
        channels[str(channel)] = str(op)
    if seq:
        yield seq, channels
