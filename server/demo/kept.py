"""Generated cities kept in the user's cache folder, so that the second founding takes seconds.

A kept city is a folder named by what made it: size, seed, archive and a hash over the generator's own sources and
data, so that a newer program never takes an old one. In it lie the ground (all that does not depend on the hour), the
files, and a founded store without accounts and without any secret. Files that nobody changes in place are linked,
others copied. A store of this shift is taken as it is; of an older one only the cases are performed anew, because a
case's deadline hangs on weekends and holidays and cannot be moved along.

Promises: a folder appears whole or not at all, whoever is killed or comes second; only the last few are kept; a cache
that cannot be written or read costs time and nothing else. The ground is a pickle, trusted as the program's own
compiled files are: the folder is the user's.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import msgspec
import numpy as np
import platformdirs
import shapely
import zstandard

import casework
import gridseat_files
import server
from casework.entities import ENTITY_BY_NAME
from casework.entities.person import Person
from casework.entity import CITY_CHANNEL
from server.archive import ship
from server.centre import shipped_catalogues
from server.demo.city import Laid, lay
from server.demo.whole import at_desks, put_city
from server.paths import Paths
from server.store import Unavailable

ENVIRONMENT = "GRIDSEAT_CACHE"
FRESH_MS = 8 * 3_600_000  # a shift: later every open case would be late
KEPT = 2
LEFT_OVER_S = 3_600.0  # a part as old as that is nobody's any more
LEVEL = 1
SOURCES = ("demo", "archive", "store", "component_file.py", "founding.py", "paths.py")
SURVEYED_MS = 30 * 24 * 3_600_000  # a ground older than that is surveyed anew
GROUND, STORE, ARCHIVE, STAMP = "ground.zst", "store.zst", "archive.zst", "stamp.json"
PART, GONE = "part", "gone"
SHIPPED = "ship-"  # files for seats, good for this store and this archive alone
HALL = frozenset({CITY_CHANNEL, "everybody"})  # what the hall's posts see

Say = Callable[[str], None]


class Stamp(msgspec.Struct, frozen=True):
    """The instant a kept store's cases stand at, and how many bytes each file has once it is put in place."""

    as_of_ms: int
    sizes: dict[str, int]


class Spoilt(Exception):
    """A kept file is not what was kept."""


class Wanted(msgspec.Struct, frozen=True):
    """Which city."""

    size: str
    seed: int
    archived: int = 0


def cache_folder() -> Path:
    """GRIDSEAT_CACHE, else the user's cache folder."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path(platformdirs.user_cache_dir("gridseat", appauthor=False))


def key_of(wanted: Wanted) -> str:
    """The name of the folder; "" where the sources cannot be read (a frozen program), and nothing is kept."""
    seal = hashlib.sha256(f"{np.__version__} {shapely.__version__} {shapely.geos_version}".encode())
    roots = [(Path(casework.__file__).parent, "")]
    roots += [(Path(server.__file__).parent, name) for name in SOURCES]
    roots += [(gridseat_files.find(name), "") for name in ("data/demo", "resources/catalogue")]
    try:
        for root, name in roots:
            for path in _files(root / name):
                seal.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    except OSError:
        return ""
    return f"city-{wanted.size}-{wanted.seed}-{wanted.archived}-{seal.hexdigest()[:20]}"


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = [path for path in place.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    if not found:
        raise FileNotFoundError(place)
    return sorted(found)


def put_kept(paths: Paths, wanted: Wanted, now_ms: int, say: Say) -> tuple[Person, ...]:
    """Store and files of the city into the folder of a centre, from the cache where it has them. Answers who sits at
    desks there."""
    key = key_of(wanted)
    entry = cache_folder() / key
    if key and _taken(entry, paths, now_ms):
        say(f"the generated city {wanted.size} is from the cache in {cache_folder()}")
        return desks_of(paths.database)
    laid = _ground(entry, paths, now_ms) if key else None
    if laid is None:
        say(f"generating the city {wanted.size}; the first time this takes a minute or two ...")
        laid = lay(wanted.size, wanted.seed, now_ms)
    else:
        say(f"the generated city {wanted.size} is from the cache; its cases are made anew for this shift ...")
    put_city(paths, laid, shipped_catalogues(), now_ms, wanted.archived)
    if wanted.archived:
        _ship(paths)
    if key:
        with contextlib.suppress(OSError):
            _keep(entry, paths, laid, now_ms)
    return desks_of(paths.database)


def _ship(paths: Paths) -> None:
    """The searchable file of closed cases as the hall's seats get it, so that the first of them need not wait."""
    # Where the disk will not have it the centre tries again when a seat asks.
    with contextlib.suppress(Unavailable), ship.closed_in(paths.database) as (through_seq, epsg, rows):
        ship.build(paths, HALL, rows, through_seq, epsg)


def desks_of(store: Path) -> tuple[Person, ...]:
    """Those of a founded store who sit at desks."""
    db = apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        bodies: list[Any] = db.execute("SELECT body FROM row_person ORDER BY seq").fetchall()
    finally:
        db.close(True)
    return at_desks([ENTITY_BY_NAME["person"].decode(body) for (body,) in bodies])


# -- taking


def _taken(entry: Path, paths: Paths, now_ms: int) -> bool:
    """The whole city as it was kept, when it is of this shift."""
    stamp = _stamp(entry)
    if stamp is None or not 0 <= now_ms - stamp.as_of_ms < FRESH_MS:
        return False
    try:
        _take_files(entry, paths, stamp)
        _unpack(entry / STORE, paths.database, stamp.sizes[STORE])
        for name in stamp.sizes:
            if name.startswith(SHIPPED):
                _link(entry / name, paths.archive / name)
                _check(paths.archive / name, stamp.sizes[name])
    except (OSError, KeyError, Spoilt, zstandard.ZstdError):
        _clear(paths)
        return False
    _touch(entry)
    return True


def _ground(entry: Path, paths: Paths, now_ms: int) -> Laid | None:
    """The ground of a kept city, its files put in place; None where there is none or it is too old."""
    stamp = _stamp(entry)
    if stamp is None or not 0 <= now_ms - stamp.as_of_ms < SURVEYED_MS:
        return None
    try:
        _take_files(entry, paths, stamp)
        with (entry / GROUND).open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as body:
            laid = pickle.load(body)
    except (OSError, KeyError, Spoilt, zstandard.ZstdError, pickle.UnpicklingError, EOFError):
        _clear(paths)
        return None
    assert isinstance(laid, Laid)
    return laid


def _stamp(entry: Path) -> Stamp | None:
    try:
        return msgspec.json.decode((entry / STAMP).read_bytes(), type=Stamp)
    except (OSError, msgspec.DecodeError):
        return None


def _take_files(entry: Path, paths: Paths, stamp: Stamp) -> None:
    for path in (paths.components, paths.base_map):
        _link(entry / path.name, path)
        _check(path, stamp.sizes[path.name])
    if (entry / ARCHIVE).exists():
        paths.archive.mkdir(exist_ok=True)
        _unpack(entry / ARCHIVE, paths.archived_cases, stamp.sizes[ARCHIVE])


def _clear(paths: Paths) -> None:
    """Nothing half taken stays."""
    shipped = paths.archive.glob(f"{SHIPPED}*.db")
    for path in (paths.components, paths.base_map, paths.database, paths.archived_cases, *shipped):
        path.unlink(missing_ok=True)


# -- keeping


def _keep(entry: Path, paths: Paths, laid: Laid, now_ms: int) -> None:
    """Everything into a part beside, which then takes the entry's place."""
    part = entry.with_name(f"{entry.name}.{PART}-{secrets.token_hex(4)}")
    try:
        part.mkdir(parents=True)
        for path in (paths.components, paths.base_map):
            _link(path, part / path.name)
        _pack(paths.database, part / STORE)
        if paths.archived_cases.exists():
            _pack(paths.archived_cases, part / ARCHIVE)
        if (entry / GROUND).exists():
            _link(entry / GROUND, part / GROUND)
        else:
            # Without what only the base map is drawn from: that is a file beside it.
            body = pickle.dumps(msgspec.structs.replace(laid, scene=None), protocol=5)
            (part / GROUND).write_bytes(zstandard.ZstdCompressor(LEVEL, threads=-1).compress(body))
        sizes = {path.name: path.stat().st_size for path in (paths.components, paths.base_map)}
        sizes[STORE] = paths.database.stat().st_size
        for path in paths.archive.glob(f"{SHIPPED}*.db"):
            _link(path, part / path.name)
            sizes[path.name] = path.stat().st_size
        if paths.archived_cases.exists():
            sizes[ARCHIVE] = paths.archived_cases.stat().st_size
        (part / STAMP).write_bytes(msgspec.json.encode(Stamp(now_ms, sizes)))
        gone = entry.with_name(f"{entry.name}.{GONE}-{secrets.token_hex(4)}")
        with contextlib.suppress(FileNotFoundError):
            entry.replace(gone)
        part.replace(entry)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _prune(entry.parent)


def _prune(folder: Path) -> None:
    """The last few cities stay; so does a part that somebody may still be at."""
    kept = []
    for path in folder.glob("city-*"):
        with contextlib.suppress(OSError):
            age_s = time.time() - path.stat().st_mtime
            if f".{GONE}-" in path.name or (f".{PART}-" in path.name and age_s > LEFT_OVER_S):
                shutil.rmtree(path, ignore_errors=True)
            elif "." not in path.name:
                kept.append((age_s, path))
    for _, path in sorted(kept)[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _touch(entry: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(entry)


def _link(source: Path, target: Path) -> None:
    """A file that nobody changes in place: a second name where the file system can, else a copy."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _pack(source: Path, target: Path) -> None:
    with source.open("rb") as plain, target.open("wb") as packed:
        zstandard.ZstdCompressor(LEVEL, threads=-1).copy_stream(plain, packed, size=source.stat().st_size)


def _check(path: Path, size: int) -> None:
    if path.stat().st_size != size:
        raise Spoilt(path.name)


def _unpack(source: Path, target: Path, size: int) -> None:
    """Readable by its owner alone, as a store is."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source.open("rb") as packed, os.fdopen(handle, "wb") as plain:
        zstandard.ZstdDecompressor().copy_stream(packed, plain)
    _check(target, size)
