"""Send a supervisor to check on site what a unit reports done."""

from __future__ import annotations

from casework.command import Command, Move, Rows, Rule, Writes
from casework.facts import Facts
from casework.ids import CaseId, Key, PersonId
from casework.progress import advance, case_key, claim_key, step
from casework.refusal import Refusal, RefusalCode, refuse
from casework.workflow import Post, Stage

POSTS = frozenset({Post.ACCEPTOR, Post.DUTY_LEADER})


class SendCheck(Command, frozen=True, kw_only=True, tag="send_check"):
    """`checker` is the supervisor sent; it may be left to the working grid's own."""

    case: CaseId
    checker: PersonId = PersonId("")


def reads(command: SendCheck) -> tuple[Key, ...]:
    checker = (Key("person", command.checker),) if command.checker else ()
    return (case_key(command.case), claim_key(command.case), *checker)


def apply(rows: Rows, command: SendCheck, facts: Facts) -> Writes | Refusal:
    checker = rows[Key("person", command.checker)] if command.checker else None
    if command.checker and (checker is None or Post.SUPERVISOR not in checker.posts):
        return refuse(RefusalCode.UNKNOWN_ROW, entity="person", key=command.checker)
    case = rows[case_key(command.case)]
    said = checker.name if checker else ""
    sent = advance(case, Stage.CHECKING, step(facts, RULE.kind, POSTS, said), facts)
    return Writes({case_key(case.id): sent, claim_key(case.id): None})


RULE = Rule(
    SendCheck,
    subject=lambda c: case_key(c.case),
    reads=reads,
    apply=apply,
    posts=POSTS,
    move=Move(frozenset({Stage.AWAITING_CHECK}), Stage.CHECKING),
)
