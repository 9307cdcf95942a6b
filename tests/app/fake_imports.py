"""The contract of `app.importing.Imports` without a centre: remembers what was asked, and answers when a test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from app.importing import No
from casework.sync.imports import NONE, ImportAsk, ImportTold, Profiles, ProfileTold

OWN = 'schema = 1\nname = "井盖"\nkind = "components"\n'
SHIPPED = (
    ProfileTold("covers", "井盖", "components", OWN),
    ProfileTold("lamps", "路灯", "components", OWN.replace("井盖", "路灯")),
    ProfileTold("hotline", "热线", "cases", 'kind = "cases"\n'),
)


def report(**changes: Any) -> dict[str, Any]:
    """A report of 25,000 rows, 19 of them refused."""
    told = {
        "rows": 25_000, "entered": 24_981, "new": 24_981, "changed": 0, "unchanged": 0, "refused": 19,
        "absent": 0, "removed": 0, "outcome": "pending", "profile": "井盖", "crs": "EPSG:4545",
        "reasons": {"unknown_class": 19},
        "words": {"unknown_class": {"zh": "类别没有对应的代码", "en": "no counterpart"}},
        "refusals": [
            {"row": 7, "place": "line 8", "code": "unknown_class", "values": {}, "zh": "类别飞船", "en": "ship"}
        ],
        "remarks": [{"code": "blank_rows", "values": {}, "zh": "略过空行", "en": "blank rows"}],
    }  # fmt: skip
    return told | changes


class FakeImports:
    """`answer` ends what is under way, `tell` says how far it is."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.entered: list[str] = []
        self.dropped: list[str] = []
        self.cancelled = 0
        self._told: Any = None
        self._done: Any = None

    def profiles(self, done: Any) -> None:
        done(Profiles(SHIPPED))

    def check(self, path: Path, ask: Any, told: Any, done: Any) -> None:
        self.asked.append(ask)
        self._told, self._done = told, done

    def enter(self, id_: str, told: Any, done: Any) -> None:
        self.entered.append(id_)
        self._told, self._done = told, done

    def page(self, id_: str, done: Any) -> None:
        done(b"<html>report</html>")

    def drop(self, id_: str) -> None:
        self.dropped.append(id_)

    def cancel(self) -> None:
        self.cancelled += 1
        self._told = self._done = None

    def tell(self, value: Any) -> None:
        self._told(value)

    def answer(self, value: Any) -> None:
        done, self._done = self._done, None
        done(value)

    def told(self, state: str, **more: Any) -> ImportTold:
        ask = self.asked[-1]
        task = "check" if isinstance(ask, ImportAsk) else "propose"
        return ImportTold("j1", task, state, ask.name, ask.sha256, **more)  # type: ignore[arg-type]

    def checked(self, **changes: Any) -> None:
        self.answer(self.told("checked", report=msgspec.Raw(msgspec.json.encode(report(**changes)))))

    def end_entering(self, **changes: Any) -> None:
        body = msgspec.json.encode(report(outcome="entered", delivery="d1", **changes))
        self.answer(self.told("entered", report=msgspec.Raw(body)))


__all__ = ["NONE", "OWN", "SHIPPED", "FakeImports", "No", "report"]
