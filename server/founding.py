"""Founding a centre: its folder, its secrets, its first rows as the first entries of the ledger, its accounts.

Promises: either the folder is founded whole or not at all: everything is made in a folder of its own beside it
and moved in at the end, the ledger's file last. It never touches a folder that is founded already.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import msgspec

from casework.entities.person import Person
from casework.ids import PersonId
from casework.workflow import Post
from server.auth import KEY_BYTES, hash_password, new_password
from server.blobs import sync_folder
from server.paths import Paths
from server.store import Account
from server.store.connection import open_writer, seal
from server.store.sqlite import create
from server.store.writing import Fresh, MovedOn, Put, Terms, Writing

ADMINISTRATOR = PersonId("admin")
GENESIS = "genesis"
HASHING = 4  # threads
UNFINISHED = "founding.part"
NO_TERMS = Terms({}, lambda seat, sent, at_ms: False)  # nobody sends commands while a city is founded
Row = tuple[str, msgspec.Struct]  # entity name and struct


class CannotFound(Exception):
    """The folder cannot be founded; the text says why, for a person."""


class Ground(msgspec.Struct, frozen=True):
    """What a city starts with. `write_files` puts components.db and base.db into the folder it is given."""

    rows: Iterable[Row] = ()
    write_files: Callable[[Path], None] | None = None
    demo_accounts: Sequence[Person] = ()
    # Puts the files and a founded store (all but accounts) there by itself and answers who gets an account; the
    # rest is then not read.
    put: Callable[[Paths], Sequence[Person]] | None = None


class Founded(msgspec.Struct, frozen=True):
    """What the one who founded it must know."""

    entries: int
    admin_password: str
    accounts: int


def found(root: Path, ground: Ground, now_ms: int) -> Founded:
    """Found a centre in `root`. Raises CannotFound; a full disk leaves nothing behind."""
    paths = Paths(root)
    if paths.database.exists():
        raise CannotFound(f"{root} is already initialised")
    if root.exists() and not root.is_dir():
        raise CannotFound(f"{root} is not a folder")
    part = root / UNFINISHED
    try:
        root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        founded = _build(Paths(part), ground, now_ms)
        _move_in(part, root)
    except (OSError, apsw.FullError, apsw.IOError, apsw.CantOpenError) as error:
        raise CannotFound(f"cannot write to {root}: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return founded


def _build(paths: Paths, ground: Ground, now_ms: int) -> Founded:
    for folder in (paths.snapshots, paths.blobs, paths.log):
        folder.mkdir()
    paths.secrets.mkdir(mode=0o700)
    write_secret(paths.grant_key, secrets.token_bytes(KEY_BYTES))
    write_secret(paths.signing_key, secrets.token_bytes(KEY_BYTES))
    at_desks = ground.demo_accounts
    if ground.put:
        at_desks = ground.put(paths)
    elif ground.write_files:
        ground.write_files(paths.root)
    admin_password = new_password()
    write_secret(paths.admin_password, f"{ADMINISTRATOR}\t{admin_password}\n".encode())
    people = [person for person in at_desks if person.id != ADMINISTRATOR]
    passwords = [(person, new_password()) for person in people]
    if passwords:
        lines = [
            f"{person.id}\t{password}\t{person.name}\t{_posts(person)}\n" for person, password in passwords
        ]
        write_secret(paths.demo_accounts, "".join(lines).encode())
    accounts = [Account(ADMINISTRATOR, hash_password(admin_password), must_change=True)]
    with ThreadPoolExecutor(HASHING) as pool:  # a large city has hundreds of them
        hashes = list(pool.map(_hash_random, (password for _, password in passwords)))
    accounts += [
        Account(person.id, hashed, is_loopback_only=True)
        for (person, _), hashed in zip(passwords, hashes, strict=True)
    ]
    if ground.put is None:
        write_store(paths.database, with_administrator(ground.rows), (), now_ms)
    entries = _add_accounts(paths.database, accounts, now_ms)
    return Founded(entries, admin_password, len(passwords))


def _hash_random(password: str) -> str:
    return hash_password(password, is_random=True)


def _posts(person: Person) -> str:
    return ",".join(sorted(person.posts))


def write_store(path: Path, rows: Iterable[Row], fresh: Iterable[Fresh], now_ms: int) -> None:
    """A new store at `path`: rows as ledger entries, then those that come encoded, in one transaction."""
    connection = create(path)
    try:
        writing = Writing(connection, NO_TERMS, now_ms)
        writing.begin(now_ms)
        try:
            write_genesis(writing, rows)
            writing.deliver_fresh(GENESIS, fresh)
            writing.commit()
        except MovedOn as error:
            writing.rollback()
            raise CannotFound(f"two rows are one: {error.key.entity} {error.key.key}") from error
        except BaseException:
            writing.rollback()
            raise
        seal(connection, path)
    finally:
        connection.close(True)


def _add_accounts(path: Path, accounts: Iterable[Account], now_ms: int) -> int:
    """Those who may log in, into a store without accounts. Answers how many entries its ledger has."""
    connection = open_writer(path)
    try:
        writing = Writing(connection, NO_TERMS, now_ms)
        writing.begin(now_ms)
        for account in accounts:
            writing.set_account(account)
        writing.commit()
        return writing.seq
    finally:
        connection.close(True)


def with_administrator(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows and, where they have none of that name, somebody who may administer."""
    is_there = False
    for name, row in rows:
        is_there = is_there or (isinstance(row, Person) and row.id == ADMINISTRATOR)
        yield name, row
    if not is_there:
        yield "person", Person(ADMINISTRATOR, "系统管理员", frozenset({Post.ADMINISTRATOR}))


def write_genesis(writing: Writing, rows: Iterable[Row]) -> None:
    """First rows as entries of founding commands, each small enough for one page."""
    try:
        writing.deliver(GENESIS, (Put(name, row, seen=0) for name, row in rows))
    except MovedOn as error:
        raise CannotFound(f"two rows are {error.key.entity} {error.key.key}") from error


def _move_in(part: Path, root: Path) -> None:
    """Everything to its place, the ledger last: where it is, the folder is founded."""
    names = sorted(os.listdir(part), key=lambda name: name == Paths(root).database.name)
    for name in names:
        target = root / name
        if target.is_dir():
            shutil.rmtree(target)
        (part / name).replace(target)
    sync_folder(root)


def write_secret(path: Path, body: bytes) -> None:
    """A file only its owner may read, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
