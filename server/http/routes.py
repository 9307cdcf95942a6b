"""The application: every route, its faults, and the centre's own tasks while it is up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from litestar import Litestar
from litestar.datastructures import State

from server.centre import Centre
from server.http import files, imports, sessions, work
from server.http.faults import FAULTS
from server.lapse import lapse_claims
from server.limits import BODY_BYTES, IMPORT_TIDY_S

ROUTES = (
    sessions.log_in,
    sessions.log_out,
    sessions.change_password,
    work.push_commands,
    work.beat,
    work.open_case,
    work.changes,
    work.health,
    files.manifest,
    files.snapshot,
    files.blob,
    files.blob_offset,
    files.put_blob,
    imports.import_file_offset,
    imports.put_import_file,
    imports.begin_import,
    imports.import_told,
    imports.import_page,
    imports.enter_import,
    imports.drop_import,
    imports.profiles,
    imports.propose_profile,
)


def create_app(make_centre: Callable[[], Centre]) -> Litestar:
    """The centre as an ASGI application; the centre itself is made when it starts, inside its event loop."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        centre = make_centre()
        app.state.centre, app.state.gate = centre, sessions.Gate()
        tasks = [
            asyncio.create_task(centre.hub.run(), name="feed"),
            asyncio.create_task(lapse_claims(centre), name="lapse"),
            asyncio.create_task(centre.deliveries.keep_tidy(IMPORT_TIDY_S), name="imports"),
        ]
        try:
            yield
        finally:
            centre.hub.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await centre.deliveries.stop()
            await asyncio.to_thread(centre.close)

    return Litestar(
        route_handlers=list(ROUTES),
        lifespan=[lifespan],
        exception_handlers=FAULTS,
        state=State(),
        openapi_config=None,
        request_max_body_size=BODY_BYTES,
        logging_config=None,
    )
