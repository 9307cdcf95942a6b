"""What is being fetched from the centre, in figures and words: the truth, and calm.

Bytes done of bytes wanted over all files of the errand, what is coming, how quick the line is and about how long it
takes. What a person has stopped is said as stopped and not counted as wanted. It fetches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QCoreApplication

from app.models import text

if TYPE_CHECKING:
    from app.session import Session

translate = QCoreApplication.translate
STOPPED, READ_IN = "stopped", "is_read_in"  # app.link.view.Coming, which a model may not import
STOPPABLE = ("components", "archive")
MB = 1_000_000
LEAST_LEFT_S = 2  # below it no time is said: it is over before it is read


class FetchLine(msgspec.Struct, frozen=True):
    """`share` is how much of everything wanted is there, 0..1. `can` is the dataset a key press is about."""

    words: str = ""
    figures: str = ""
    share: float = 0.0
    can_stop: str = ""
    can_resume: str = ""


def dataset_name(dataset: str) -> str:
    """What a file holds."""
    names = {
        "rows": translate("Fetch", "cases and registers"),
        "base": translate("Fetch", "base map"),
        "components": translate("Fetch", "components"),
        "archive": translate("Fetch", "archive"),
    }
    return names.get(dataset, dataset)


def _names(datasets: Iterable[str]) -> str:
    pair = translate("Fetch", "{0}, {1}")
    return reduce(lambda one, other: pair.format(one, other), map(dataset_name, datasets))


def fetch_line(session: Session) -> FetchLine | None:
    """What there is to say; None where nothing is on its way and nothing was stopped."""
    wanted = session.fetching()
    coming = [one for one in wanted if one.coming != STOPPED]
    stopped = [one for one in wanted if one.coming == STOPPED]
    if coming:
        can_stop = next((one.dataset for one in coming if one.dataset in STOPPABLE), "")
        read_in = next((one for one in coming if one.coming == READ_IN), None)
        if read_in is not None:
            return _reading(read_in.dataset, read_in.done, read_in.total)
        return _coming(coming, session.fetched_bytes(), can_stop)
    if stopped:
        return _stopped(stopped)
    return None


def _coming(coming: list, fetched_bytes: int, can_stop: str) -> FetchLine:  # type: ignore[type-arg]
    done = fetched_bytes + sum(one.done for one in coming)
    total = fetched_bytes + sum(one.total for one in coming)
    rate = max((one.bytes_s for one in coming), default=0)
    names = _names(one.dataset for one in coming)
    facts = [_of(done, total)]
    if rate:
        facts.append(translate("Fetch", "{0} MB/s").format(_mb(rate)))
        left_s = round((total - done) / rate)
        if left_s >= LEAST_LEFT_S:
            facts.append(translate("Fetch", "about {0} left").format(text.short_duration(left_s * 1000)))
    words = translate("Fetch", "Fetching {0}").format(names)
    return FetchLine(words, text.facts(*facts), done / total if total else 0.0, can_stop)


def _reading(dataset: str, done: int, total: int) -> FetchLine:
    words = translate("Fetch", "Reading in {0}").format(dataset_name(dataset))
    figures = translate("Fetch", "{0} of {1} rows").format(text.thousands(done), text.thousands(total))
    return FetchLine(words, figures, done / total if total else 0.0)


def _stopped(stopped: list) -> FetchLine:  # type: ignore[type-arg]
    done, total = sum(one.done for one in stopped), sum(one.total for one in stopped)
    names = _names(one.dataset for one in stopped)
    words = translate("Fetch", "Stopped: {0}").format(names)
    return FetchLine(words, _of(done, total), done / total if total else 0.0, "", stopped[0].dataset)


def _of(done: int, total: int) -> str:
    return translate("Fetch", "{0} of {1} MB").format(_mb(done), _mb(total))


def _mb(size: int) -> str:
    return f"{size / MB:.1f}" if size < 10 * MB else text.thousands(round(size / MB))
