"""Entering what was checked: rows and the delivery's own in one transaction, resting files beside and then in place.

Promises: all of it enters or nothing does, also where the process is killed between (server.resting finishes or undoes
the rest); what has moved on since the file was checked refuses the whole of it; where there is nothing new, nothing at
all is written.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import apsw
import msgspec
import numpy as np

from casework.entities.delivery import Delivery
from casework.ids import Key, PersonId
from server import resting
from server.archive import cases as archive
from server.archive.cases import ArchivedCases
from server.auth import GrantKey
from server.component_file import ComponentTable, FileFacts, write_components
from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked
from server.paths import Paths
from server.serving import CannotServe, serving_lock
from server.store import Store
from server.store.sqlite import SqliteStore
from server.store.writing import MovedOn, Parcel, Terms

ADMINISTRATOR = PersonId("admin")
SHORT_HASH = 8


class BeingServed(Exception):
    """A centre serves the folder: its files are not this process's to write."""


class Entered(msgspec.Struct, frozen=True):
    """What came of it. `entries` are those of the ledger; a delivery that brought nothing new has none, and no row."""

    delivery: Delivery
    entries: int
    is_nothing_new: bool = False


def delivery_of(checked: Checked, file: str, person: PersonId, at_ms: int) -> Delivery:
    """The delivery as it will stand in the ledger."""
    sheet = checked.sheet
    return Delivery(
        id=f"{at_ms}-{sheet.sha256[:SHORT_HASH]}",
        kind=checked.kind,
        file=file,
        sha256=sheet.sha256,
        profile=checked.profile.name,
        person=person,
        at_ms=at_ms,
        rows=sheet.rows,
        made=checked.count(MADE),
        changed=checked.count(CHANGED),
        unchanged=checked.count(UNCHANGED),
        refused=checked.sieve.count,
        absent=checked.absent,
        removed=checked.removed,
        reasons=checked.sieve.reasons(),
        content=content_of(checked),
    )


async def enter(store: Store, checked: Checked, delivery: Delivery) -> Entered:
    """Enter it through an open store. Raises MovedOn, Unavailable, OSError; then nothing has changed."""
    if checked.is_nothing_new:
        return Entered(delivery, 0, is_nothing_new=True)
    loop = asyncio.get_running_loop()
    written = await loop.run_in_executor(None, write_beside, checked, delivery.id)
    try:
        entries = await store.take_in(parcel_of(checked, delivery))
    except BaseException:
        for path in written:
            resting.beside(path, delivery.id).unlink(missing_ok=True)
        raise
    for path in written:
        resting.take_place(path, delivery.id)
    return Entered(delivery, entries)


@contextlib.contextmanager
def holding(paths: Paths) -> Iterator[None]:
    """The folder is this process's alone, and what an earlier one left is settled. Raises BeingServed."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(serving_lock(paths.lock))
        except CannotServe as error:
            raise BeingServed(str(paths.root)) from error
        resting.settle(paths)
        yield


def enter_folder(checked: Checked, delivery: Delivery, clock: Callable[[], int]) -> Entered:
    """Enter it into a founded folder that this process holds. Raises what `enter` raises."""
    paths = checked.standing.paths
    grants = GrantKey.load(paths.grant_key)
    store = SqliteStore(paths.database, Terms(checked.standing.catalogues, grants.entitles), clock)
    try:
        return asyncio.run(enter(store, checked, delivery))
    finally:
        store.close()


def parcel_of(checked: Checked, delivery: Delivery) -> Parcel:
    seen = checked.standing.numbers
    numbers = {day: (seen.get(day, 0), following) for day, following in checked.entering.numbers.items()}
    return Parcel(delivery, checked.entering.puts(delivery), checked.standing.deliveries, numbers)


# -- resting files


def write_beside(checked: Checked, delivery: str) -> list[Path]:
    """The new versions of the resting files, on disk and not yet in their place; answers whose versions they are."""
    entering, paths = checked.entering, checked.standing.paths
    written = []
    try:
        if entering.components is not None:
            written.append(paths.components)
            _components_beside(checked, entering.components, resting.beside(paths.components, delivery))
        if entering.archived is not None or entering.rearchived is not None:
            written.append(paths.archived_cases)
            _archive_beside(checked, resting.beside(paths.archived_cases, delivery))
    except BaseException as error:
        for path in written:
            resting.beside(path, delivery).unlink(missing_ok=True)
        if isinstance(error, apsw.ConstraintError):
            # What was new when it was checked is in the file by now.
            raise MovedOn(Key("delivery", delivery)) from error
        raise
    return written


def _components_beside(checked: Checked, table: ComponentTable, target: Path) -> None:
    standing = checked.standing
    city = standing.city
    facts = FileFacts(city.epsg, city.grid_version, city.is_generated, standing.head)
    write_components(target, table, facts)
    resting.durable(target)


def _archive_beside(checked: Checked, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    here = checked.standing.paths.archived_cases
    if here.is_file():
        shutil.copyfile(here, target)
    if checked.entering.archived is not None:
        archive.append(target, checked.entering.archived)
    if checked.entering.rearchived is not None:
        archive.replace(target, checked.entering.rearchived)
    resting.durable(target)


def content_of(checked: Checked) -> str:
    """The hash over what goes into resting files and so into no entry; "" where nothing does."""
    entering = checked.entering
    if not entering.has_files:
        return ""
    digest = hashlib.sha256()
    if entering.components is not None:
        _feed_components(digest.update, entering.components)
    for archived in (entering.archived, entering.rearchived):
        if archived is not None:
            _feed_archived(digest.update, archived)
    return digest.hexdigest()


Feed = Callable[[bytes], None]


def _feed_components(feed: Feed, table: ComponentTable) -> None:
    numbers: Mapping[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = {
        "class_of": table.class_of,
        "x_mm": table.x_mm,
        "y_mm": table.y_mm,
        "state": table.state.astype(np.int64),
    }
    for texts in (table.class_codes, table.keys, table.grids, table.owners, table.surveyed, table.uids):
        feed("\n".join(texts).encode() + b"\0")
    for column in numbers.values():
        feed(column.astype("<i8").tobytes())


def _feed_archived(feed: Feed, cases: ArchivedCases) -> None:
    encode = msgspec.json.Encoder().encode
    for row in cases.rows():
        feed(encode(row))
