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
    letter: str = ""  # of its working grids


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


class Metropolis(msgspec.Struct, frozen=True):
    """data/demo/metropolis.json: what a very large city has beside all that. Heads and tails make names of places."""

    districts: tuple[DistrictName, ...]
    heads: str
    tails: str
    city_units: tuple[UnitLine, ...]


def _body(name: str) -> bytes:
    return gridseat_files.find(f"data/demo/{name}").read_bytes()


@lru_cache(maxsize=1)
def names() -> Names:
    """The names of roads, places and people."""
    return msgspec.json.decode(_body("names.json"), type=Names)


@lru_cache(maxsize=1)
def metropolis() -> Metropolis:
    """More districts, more names, one more unit."""
    return msgspec.json.decode(_body("metropolis.json"), type=Metropolis)


@lru_cache(maxsize=1)
def metropolis_names() -> Names:
    """The names of a very large city: those of the small one first, then some thousand made of two characters."""
    plain, more = names(), metropolis()
    known = {*plain.stems, *plain.community_stems, *plain.estate_heads}
    made = [head + tail for head in more.heads for tail in more.tails if head != tail]
    made = [name for name in made if name not in known]
    # Every seventh and so on: neighbours in the list would begin alike.
    mixed = [name for start in range(7) for name in made[start::7]]
    return msgspec.structs.replace(
        plain,
        districts=more.districts,
        stems=(*plain.stems, *mixed),
        community_stems=(*plain.community_stems, *mixed[::2]),
        estate_heads=(*plain.estate_heads, *mixed[1::4]),
        parks=(*plain.parks, *(f"{stem}公园" for stem in mixed[2::40])),
        lakes=(*plain.lakes, *(f"{stem[0]}{stem[1]}湖" for stem in mixed[3::40] if stem[1] != "湖")),
    )


@lru_cache(maxsize=1)
def metropolis_units() -> UnitPlan:
    """The units of a very large city."""
    plain = unit_plan()
    return msgspec.structs.replace(plain, city=(*plain.city, *metropolis().city_units))


@lru_cache(maxsize=1)
def unit_plan() -> UnitPlan:
    """The units and who answers for what."""
    return msgspec.json.decode(_body("units.json"), type=UnitPlan)


@lru_cache(maxsize=1)
def matters() -> Matters:
    """What is reported, in which words, and what is answered."""
    return msgspec.json.decode(_body("matters.json"), type=Matters)
