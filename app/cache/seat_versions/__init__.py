"""Migrations of seat.db, one small file per version: statements that lead from the version before to this one."""

from __future__ import annotations

from app.cache.seat_versions import v1

# In order; the place in the tuple plus one is the version written into user_version.
VERSIONS: tuple[tuple[str, ...], ...] = (v1.STATEMENTS,)
