"""The demonstration city's parameters as shipped in data/demo: names, phrases, rules of thumb.

Read once and checked for shape; nothing here is random and nothing is written.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

import gridseat_files


class DistrictName(msgspec.Struct, frozen=True):
    """A district's six digits, its name and the names of its streets, the middle of town first."""

    code: str
    name: str
    streets: tuple[str, ...]


class Names(msgspec.Struct, frozen=True):
    """data/demo/names.json. Stems are joined with endings; people's names carry their pinyin for the log-in name."""

    city: str
    river: str
    stream: str
    lakes: tuple[str, ...]
    parks: tuple[str, ...]
    pocket_parks: tuple[str, ...]
    bank_roads: tuple[str, ...]
    east_west: tuple[str, ...]
    north_south: tuple[str, ...]
    diagonals: tuple[str, ...]
    stems: tuple[str, ...]
    road_ends: tuple[str, ...]
    lane_ends: tuple[str, ...]
    second_ends: tuple[str, ...]
    districts: tuple[DistrictName, ...]
    community_stems: tuple[str, ...]
    estate_heads: tuple[str, ...]
    estate_ends: tuple[str, ...]
    old_ends: tuple[str, ...]
    school_ends: tuple[str, ...]
    market_ends: tuple[str, ...]
    industry_ends: tuple[str, ...]
    civic: tuple[str, ...]
    surnames: tuple[tuple[str, str, int], ...]
    givens: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def names() -> Names:
    """The names of roads, places, units and people."""
    body = gridseat_files.find("data/demo/names.json").read_bytes()
    return msgspec.json.decode(body, type=Names)
