"""Refusals are values: a rule says no with a code and the figures behind it, never with a sentence.

People's words for each code live in the seat's translations; a test checks that every code has them.
"""

from __future__ import annotations

import enum

import msgspec


class RefusalCode(enum.StrEnum):
    """Why a command was not applied."""

    STALE = "stale"  # the row moved on since the operator saw it
    BAD_TRANSITION = "bad_transition"  # not lawful from the present stage
    FORBIDDEN = "forbidden"  # the actor's posts do not allow it
    EXISTS = "exists"
    UNKNOWN_ROW = "unknown_row"
    PREDECESSOR_REFUSED = "predecessor_refused"
    NUMBER_NOT_GRANTED = "number_not_granted"
    ALREADY_CLAIMED = "already_claimed"
    NOT_CLAIMED = "not_claimed"
    UNKNOWN_CLASS = "unknown_class"
    UNKNOWN_CONDITION = "unknown_condition"
    UNKNOWN_UNIT = "unknown_unit"
    OUTSIDE_GRID = "outside_grid"  # the place lies in no unit grid
    OPINION_MISSING = "opinion_missing"
    EVIDENCE_MISSING = "evidence_missing"
    TEXT_MISSING = "text_missing"
    TOO_LONG = "too_long"
    NOT_YOUR_TASK = "not_your_task"
    NOT_RECEIVED = "not_received"
    ALREADY_RECEIVED = "already_received"
    INVALID = "invalid"  # does not decode: the seat and the centre speak different versions


class Refusal(msgspec.Struct, frozen=True):
    """`code` and the named values a sentence about it needs (ids, stages, limits), all as text."""

    code: RefusalCode
    values: dict[str, str] = {}


def refuse(code: RefusalCode, /, **values: object) -> Refusal:
    """A refusal with its values turned to text."""
    return Refusal(code, {name: str(value) for name, value in values.items()})
