from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import pytest

from casework.ledger.chain import GENESIS, Line, canonical, chain_of, leaf_of, link


def line(seq: int = 1, **changes: Any) -> Line:
    fields: dict[str, Any] = {
        "seq": seq,
        "command": f"c{seq}",
        "sent": b'{"deed":"claim"}',
        "entity": "claim",
        "key": "202607140001",
        "ver": 1,
        "op": "put",
        "joined": ("city",),
        "left": (),
        "at_ms": 5,
        "body": b'{"case":"202607140001"}',
    }
    return Line(**{**fields, **changes})


def test_that_the_hashes_are_those_the_design_names() -> None:
    plain = canonical(line())
    assert leaf_of(line()) == hashlib.sha256(b"\x00" + plain).digest()
    leaf = leaf_of(line())
    assert link(GENESIS, leaf) == hashlib.sha256(b"\x01" + GENESIS + leaf).digest()
    assert plain.split(b"\n")[1:] == [line().sent, line().body]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", 2),
        ("command", "c2"),
        ("sent", b"{}"),
        ("entity", "note"),
        ("key", "x"),
        ("ver", 2),
        ("op", "del"),
        ("joined", ("city", "unit:u")),
        ("left", ("unit:u",)),
        ("at_ms", 6),
        ("body", b"{}"),
        ("body", None),
    ],
)
def test_that_every_field_is_in_the_leaf(field: str, value: Any) -> None:
    changed = msgspec.structs.replace(line(), **{field: value})
    assert leaf_of(changed) != leaf_of(line())


def test_that_a_missing_doubled_or_swapped_entry_changes_the_chain() -> None:
    leaves = [leaf_of(line(seq)) for seq in (1, 2, 3)]
    whole = chain_of(leaves)
    others = [leaves[:2], [leaves[0], *leaves], [leaves[1], leaves[0], leaves[2]]]
    assert len({whole, *map(chain_of, others)}) == 4
    assert chain_of(leaves[1:], chain_of(leaves[:1])) == whole
