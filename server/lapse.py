"""Claims of seats that have fallen silent end by themselves, by the same rule and the same door as any command."""

from __future__ import annotations

import asyncio

import structlog

from casework.commands.release import Release
from casework.ids import CaseId
from server.centre import Centre
from server.limits import LAPSE_EVERY_MS
from server.store import Unavailable

_LOG = structlog.get_logger("lapse")


async def lapse_claims(centre: Centre) -> None:
    """Look every few seconds, until cancelled."""
    while True:
        await asyncio.sleep(LAPSE_EVERY_MS / 1000)
        try:
            await lapse_once(centre)
        except Unavailable as error:
            _LOG.warning("lapse_waits", code=error.code)


async def lapse_once(centre: Centre) -> int:
    """Release what silent seats hold; returns how many."""
    held = await centre.store.held_by_silent()
    for claim in held:
        # The rule looks again: a seat heard a moment ago keeps its claim.
        await centre.store.perform(Release(case=CaseId(claim.case)))
    if held:
        _LOG.info("claims_lapsed", count=len(held))
    return len(held)
