"""The report of a delivery as JSON: what would enter, what is refused and why, what had to be decided.

It is on disk before anything enters, and is written again with the outcome. Promises: `entered` + `refused` = `rows`,
`entered` = `new` + `changed` + `unchanged`; every reason is counted in full, examples are capped; sentences are of
server.imports.words, beside the code and values they are made from.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from server.imports.checked import CHANGED, MADE, UNCHANGED, Checked
from server.imports.placing import OK
from server.imports.sheets import Remark, Unreadable
from server.imports.sieve import Refused
from server.imports.words import sentence

SCHEMA = 1
EXAMPLES = 200  # of each reason
ENTERED, DRY_RUN, PENDING, NOTHING_NEW = "entered", "dry_run", "pending", "nothing_new"
UNREADABLE, FAILED = "unreadable", "failed"
Report = dict[str, Any]


def report_of(checked: Checked, file: str, person: str, at_ms: int, is_dry_run: bool) -> Report:
    """The report before anything has entered."""
    sheet, pipeline = checked.sheet, checked.pipeline
    remarks = (*sheet.remarks, *checked.remarks)
    return {
        "schema": SCHEMA,
        "kind": checked.kind.value,
        "file": {
            "name": file,
            "bytes": sheet.size_bytes,
            "sha256": sheet.sha256,
            "format": sheet.format,
            "encoding": sheet.encoding,
            "member": sheet.member,
            "layer": sheet.layer,
        },
        "profile": checked.profile.name,
        "city": checked.standing.city.name,
        "person": person,
        "checked_at": at_ms,
        "crs": pipeline.crs if pipeline else "",
        "pipeline": pipeline.text if pipeline else "",
        "accuracy_m": pipeline.accuracy_m if pipeline else -1,
        "rows": sheet.rows,
        "entered": checked.entered,
        "new": checked.count(MADE),
        "changed": checked.count(CHANGED),
        "unchanged": checked.count(UNCHANGED),
        "refused": checked.sieve.count,
        "absent": checked.absent,
        "removed": checked.removed,
        "reasons": checked.sieve.reasons(),
        "refusals": refusals_of(checked, EXAMPLES),
        "remarks": [_remark(one) for one in remarks],
        "dry_run": is_dry_run,
        "outcome": DRY_RUN if is_dry_run else PENDING,
    }


def report_of_fault(
    file: str, kind: str, profile: str, person: str, at_ms: int, fault: Unreadable, is_dry_run: bool
) -> Report:
    """The report of a file that cannot be read as a whole: none of its rows is known, none enters."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "file": {"name": file},
        "profile": profile,
        "person": person,
        "checked_at": at_ms,
        "rows": 0,
        "entered": 0,
        "new": 0,
        "changed": 0,
        "unchanged": 0,
        "refused": 0,
        "absent": 0,
        "removed": 0,
        "reasons": {},
        "refusals": [],
        "remarks": [],
        "unreadable": {"code": fault.code, "values": fault.values, **_words(fault.code, fault.values)},
        "dry_run": is_dry_run,
        "outcome": UNREADABLE,
    }


def refusals_of(checked: Checked, most: int) -> list[Report]:
    """Refused rows in the order of the file, no more than `most` of each reason."""
    return [_refusal(checked, one) for one in checked.sieve.refusals(most)]


def _refusal(checked: Checked, one: Refused) -> Report:
    told: Report = {
        "row": one.row,
        "place": one.place,
        "code": one.code,
        "values": one.values,
        **_words(one.code, one.values),
    }
    placed = checked.placed
    if placed is not None and int(placed.code[one.row]) == OK:
        told |= {"x_mm": int(placed.x_mm[one.row]), "y_mm": int(placed.y_mm[one.row])}
    return told


def _remark(one: Remark) -> Report:
    return {"code": one.code, "values": one.values, **_words(one.code, one.values)}


def _words(code: str, values: dict[str, str]) -> dict[str, str]:
    return {"zh": sentence(code, values, "zh"), "en": sentence(code, values, "en")}


def write_report(path: Path, report: Report) -> None:
    """On disk when it returns, whole: it is written beside and renamed."""
    write_durably(path, msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def write_durably(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
