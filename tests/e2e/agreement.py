"""Whether a seat and the centre agree: every row of every entity, version and stored bytes, no decoding between."""

from __future__ import annotations

import sqlite3

import apsw

from app.session import Session
from casework.entities import ENTITIES
from casework.entities.person import granted_channels
from server.paths import Paths
from tests.app.link.hall import until

Rows = dict[tuple[str, str], tuple[int, bytes]]  # (entity, key) -> (version, body)


def at_the_centre(paths: Paths, channels: tuple[str, ...]) -> Rows:
    """Every row of the centre that somebody with these channels may see."""
    found = {}
    db = apsw.Connection(str(paths.database), flags=apsw.SQLITE_OPEN_READONLY)
    for entity in ENTITIES:
        for key, ver, body in db.execute(
            f"SELECT key, ver, body FROM row_{entity.name} WHERE body IS NOT NULL"
        ):
            row = entity.decode(bytes(body))
            if set(entity.channels(row)) & set(channels):
                found[entity.name, str(key)] = (int(ver), bytes(body))
    db.close()
    return found


def at_the_seat(session: Session) -> Rows:
    """Every row of the seat's cache."""
    db = sqlite3.connect(f"file:{session.folder / 'cache.db'}?mode=ro", uri=True)
    found = {}
    for entity in ENTITIES:
        for key, ver, body in db.execute(f'SELECT key, ver, body FROM "{entity.name}"'):
            found[entity.name, str(key)] = (int(ver), bytes(body))
    db.close()
    return found


def agree(session: Session, paths: Paths) -> None:
    """Row by row, byte by byte, as soon as the seat has heard everything."""
    channels = granted_channels(session.person)
    until(
        lambda: at_the_seat(session) == at_the_centre(paths, channels),
        f"the same rows at seat {session.seat} and centre",
    )
