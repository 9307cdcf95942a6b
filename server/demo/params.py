"""The demonstration city's parameters as shipped in data/demo: names, phrases, rules of thumb.

Read once and checked for shape; nothing here is random and nothing is written.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

import gridseat_files
from casework.catalogue.model import Kind
from casework.workflow import Source


class DistrictName(msgspec.Struct, frozen=True):
    """A district's six digits, its name and the names of its streets, the middle of town first."""

    code: str
    name: str
    streets: tuple[str, ...]


UnitLine = tuple[str, str, str, str]  # the id's tail, name, trade, the parent's tail


class UnitPlan(msgspec.Struct, frozen=True):
    """data/demo/units.json: the units of the city, of every district and of every street, and the duty layers."""

    city: tuple[UnitLine, ...]
    district: tuple[UnitLine, ...]
    street: tuple[UnitLine, ...]
    layers: tuple[tuple[str, str, str, tuple[str, ...]], ...]  # id, name, trade, answers for


class Matter(msgspec.Struct, frozen=True):
    """What is reported and how often. `by` is the trade that answers; texts carry a hint for the condition."""

    kind: Kind
    code: str
    weight: int
    where: str
    hours: str
    by: str
    texts: tuple[tuple[str, str], ...] = ()
    family: str = ""


class Sayings(msgspec.Struct, frozen=True, kw_only=True):
    """What people of the hall and the units write."""

    openers: dict[Source, tuple[str, ...]]
    tails: dict[Source, tuple[str, ...]]
    verify: tuple[str, ...]
    file: tuple[str, ...]
    dispatch: tuple[str, ...]
    receive: tuple[str, ...]
    finish: dict[str, tuple[str, ...]]
    give_back: tuple[tuple[str, str, str], ...]  # key, the evidence that is wrong, why
    check_pass: tuple[str, ...]
    check_fail: tuple[str, ...]
    close: tuple[str, ...]
    not_file: dict[str, tuple[str, ...]]


class Matters(msgspec.Struct, frozen=True):
    """data/demo/matters.json."""

    families: dict[str, tuple[tuple[str, str], ...]]
    matters: tuple[Matter, ...]
    words: dict[str, tuple[str, ...]]
    sayings: Sayings

    def texts_of(self, matter: Matter) -> tuple[tuple[str, str], ...]:
        """The texts of the matter itself or of its family, each behind its hint."""
        return matter.texts or self.families[matter.family]


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


def _body(name: str) -> bytes:
    return gridseat_files.find(f"data/demo/{name}").read_bytes()


@lru_cache(maxsize=1)
def names() -> Names:
    """The names of roads, places and people."""
    return msgspec.json.decode(_body("names.json"), type=Names)


@lru_cache(maxsize=1)
def unit_plan() -> UnitPlan:
    """The units and who answers for what."""
    return msgspec.json.decode(_body("units.json"), type=UnitPlan)


@lru_cache(maxsize=1)
def matters() -> Matters:
    """What is reported, in which words, and what is answered."""
    return msgspec.json.decode(_body("matters.json"), type=Matters)
