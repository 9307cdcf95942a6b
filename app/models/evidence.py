"""What speaks for a proposal, in the field's words: short for a row of a table, in full for the bar above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QCoreApplication

from app.models import text
from casework.assist.evidence import Evidence, EvidenceCode

translate = QCoreApplication.translate


def short(evidence: Iterable[Evidence]) -> str:
    """图层、权属、先例 5 件"""
    return translate("Words", ", ").join(_short(one) for one in evidence)


def full(evidence: Iterable[Evidence]) -> str:
    """责任图层 市政设施 v31，权属一致，同址先例 5 件"""
    return translate("Evidence", ", ").join(told for one in evidence if (told := FULL[one.code](one)))


def _short(one: Evidence) -> str:
    match one.code:
        case EvidenceCode.LAYER:
            return translate("Evidence", "layer")
        case EvidenceCode.OWNER:
            return translate("Evidence", "owner")
        case EvidenceCode.PRECEDENT:
            return translate("Evidence", "{0} × precedent").format(one.number)
        case EvidenceCode.TRADE:
            return translate("Evidence", "same trade")
        case EvidenceCode.RETURNED:
            return translate("Evidence", "handed it back")
        case _:
            return FULL[one.code](one)


def _layer(one: Evidence) -> str:
    return translate("Evidence", "duty layer {0} v{1}").format(one.name, one.number)


def _precedent(one: Evidence) -> str:
    same = translate("Evidence", "{0} × precedent at the place").format(one.number)
    last = translate("Evidence", "the last {0}").format(text.short_number(one.ref))
    return f"{same} ({last})" if one.ref and one.number == 1 else same


def _words(one: Evidence) -> str:
    return translate("Evidence", "the report speaks of it in {0} places").format(one.number)


def _work_grid(one: Evidence) -> str:
    return translate("Evidence", "patrols working grid {0}").format(one.ref)


def _said(source: Callable[[], str]) -> Callable[[Evidence], str]:
    return lambda one: source()


FULL: dict[EvidenceCode, Callable[[Evidence], str]] = {
    EvidenceCode.LAYER: _layer,
    EvidenceCode.OWNER: _said(lambda: translate("Evidence", "owns the component")),
    EvidenceCode.PRECEDENT: _precedent,
    EvidenceCode.TRADE: _said(lambda: translate("Evidence", "works in this trade")),
    EvidenceCode.RETURNED: _said(lambda: translate("Evidence", "handed this case back before")),
    EvidenceCode.CONDITION_GIVEN: _said(lambda: translate("Evidence", "chosen when it was registered")),
    EvidenceCode.CONDITION_WORDS: _words,
    EvidenceCode.CONDITION_FIRST: _said(lambda: translate("Evidence", "the first of the class")),
    EvidenceCode.WORK_GRID: _work_grid,
    EvidenceCode.RESULT: _said(lambda: translate("Evidence", "the unit reports it done")),
    EvidenceCode.CHECKED: _said(lambda: translate("Evidence", "the check on site was passed")),
}
