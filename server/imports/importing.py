"""One import from beginning to end: read, check, write the report, and only then enter.

Promises: the report and its page are on disk before the transaction begins, and once more with the outcome; a dry run
writes nothing but the report; whatever goes wrong, nothing of the file has entered, and the report says why.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from casework.catalogue.model import Catalogue
from casework.entities.delivery import DeliveryKind
from casework.ids import PersonId
from server.garbage import without_collecting
from server.imports.checked import Checked
from server.imports.checking import check, look_at_kind
from server.imports.entering import ADMINISTRATOR, BeingServed, delivery_of, enter_folder, holding
from server.imports.page import page_of
from server.imports.profile import ProfileFault, find_profile
from server.imports.reading import read_sheet
from server.imports.report import (
    ENTERED,
    FAILED,
    NOTHING_NEW,
    Report,
    refusals_of,
    report_of,
    report_of_fault,
    write_durably,
    write_report,
)
from server.imports.sheets import Unreadable
from server.imports.standing import read_standing
from server.imports.words import sentence
from server.imports.wrong_map import MARKS, map_page
from server.paths import Paths
from server.store import NotOpenable, Unavailable
from server.store.writing import MovedOn


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for."""

    into: Path
    kind: DeliveryKind
    file: Path
    profile: str  # a shipped profile's name, or a path
    report: Path
    is_dry_run: bool = False
    person: PersonId = ADMINISTRATOR


class Terms(msgspec.Struct, frozen=True):
    """What the import needs of its surroundings. `before_entering` is told when the report is on disk."""

    catalogues: Mapping[str, Catalogue]
    clock: Callable[[], int]
    before_entering: Callable[[Report], None] = lambda report: None


def run_import(wish: Wish, terms: Terms) -> Report:
    """The report as it stands at the end. Raises NotOpenable where there is no centre to import into, OSError where the
    report cannot be written."""
    if not Paths(wish.into).database.is_file():
        raise NotOpenable(f"{wish.into} is not initialised: run `gridseat-centre init {wish.into}` first")
    try:
        with contextlib.ExitStack() as held:
            held.enter_context(without_collecting())
            if not wish.is_dry_run:
                held.enter_context(holding(Paths(wish.into)))
            return _checked_and_entered(wish, terms)
    except (Unreadable, ProfileFault) as fault:
        told = fault if isinstance(fault, Unreadable) else Unreadable(fault.code)
        told.values.update(fault.values)
    except BeingServed as served:
        told = Unreadable("being_served", folder=served)
    report = report_of_fault(
        wish.file.name, wish.kind, wish.profile, wish.person, terms.clock(), told, wish.is_dry_run
    )
    write(wish.report, report)
    return report


def _checked_and_entered(wish: Wish, terms: Terms) -> Report:
    profile = find_profile(wish.profile)
    look_at_kind(profile, wish.kind)
    at_ms = terms.clock()
    standing = read_standing(Paths(wish.into), wish.kind, terms.catalogues, at_ms)
    checked = check(read_sheet(wish.file, profile), profile, standing)
    report = report_of(checked, wish.file.name, wish.person, at_ms, wish.is_dry_run)
    wrong = map_page(checked, refusals_of(checked, MARKS))
    write(wish.report, report, wrong)
    terms.before_entering(report)
    if not wish.is_dry_run:
        report = report | _entered(checked, wish, terms, at_ms)
        write(wish.report, report, wrong)
    return report


def _entered(checked: Checked, wish: Wish, terms: Terms, at_ms: int) -> Report:
    delivery = delivery_of(checked, wish.file.name, wish.person, at_ms)
    try:
        entered = enter_folder(checked, delivery, terms.clock)
    except MovedOn as moved:
        return failed("moved_on", what=f"{moved.key.entity} {moved.key.key}")
    except (Unavailable, OSError) as error:
        return failed("entering_failed", why=error)
    if entered.is_nothing_new:
        return {"outcome": NOTHING_NEW}
    return {
        "outcome": ENTERED,
        "entered_at": terms.clock(),
        "delivery": entered.delivery.id,
        "entries": entered.entries,
        "content": entered.delivery.content,
    }


def failed(code: str, **values: object) -> Report:
    """What the report says of a delivery that did not enter."""
    told = {name: str(value) for name, value in values.items()}
    words = {language: sentence(code, told, language) for language in ("zh", "en")}
    return {"outcome": FAILED, "failure": {"code": code, "values": told, **words}}


def page_path(report: Path) -> Path:
    """Where the page of a report lies: beside it."""
    return report.with_suffix(".html")


def write(path: Path, report: Report, wrong: str = "") -> None:
    """The report and its page, on disk when it returns."""
    write_report(path, report)
    write_durably(page_path(path), page_of(report, wrong).encode())


def spoken_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of whoever sits at the console: "zh" or "en"."""
    told = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    return "zh" if told.lower().startswith("zh") else "en"


def lines_of(report: Report, path: Path, language: str) -> list[str]:
    """The outcome for a console."""

    def said(code: str, /, **values: Any) -> str:
        return sentence(code, {name: str(value) for name, value in values.items()}, language)

    lines = []
    wrong = report.get("unreadable") or report.get("failure")
    if not report.get("unreadable"):
        lines.append(said("console_counts", **{name: f"{report[name]:,}" for name in COUNTED}))
        lines += [
            said("console_reason", count=count, code=code, words=said(code))
            for code, count in report["reasons"].items()
        ]
        lines += [said("console_remark", words=one[language]) for one in report["remarks"]]
        lines += [
            said(f"console_{name}", **{name: report[name]}) for name in ("absent", "removed") if report[name]
        ]
    lines.append(said("console_report", json=path, page=page_path(path)))
    if wrong:
        lines.append(wrong[language])
    elif report["outcome"] != "pending":
        lines.append(
            said(f"console_{report['outcome']}", **{k: report.get(k, "") for k in ("delivery", "entries")})
        )
    return lines


COUNTED = ("rows", "entered", "new", "changed", "unchanged", "refused")
