"""A case that the hall has worked on since it was imported."""

from __future__ import annotations

import apsw
import msgspec

from casework.entities.case import Step
from casework.ids import PersonId, SeatId
from server.paths import Paths
from server.store.connection import open_writer
from server.store.writing import Put, Terms, Writing
from tests.server.imports.town import CATALOGUES, LATER, rows


def worked_on(paths: Paths, uid: str) -> None:
    """Somebody has written an opinion on it, as a rule would have left it."""
    case = next(one for one in rows(paths, "case").values() if one.uid == uid)
    step = Step(next(LATER), "file_case", PersonId("zhang"), "张晓岚", SeatId("seat-1"))
    connection: apsw.Connection = open_writer(paths.database)
    writing = Writing(connection, Terms(CATALOGUES, lambda seat, sent, at_ms: False), next(LATER))
    writing.begin(next(LATER))
    writing.deliver("test", [Put("case", msgspec.structs.replace(case, trace=(*case.trace, step)))])
    writing.commit()
    connection.close(True)
