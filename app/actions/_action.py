"""The shape of an operator's action, the context it is judged in, and what several actions ask of it.

An action is pure: it looks at one immutable `Context` and says whether it is there (`available`), what stands
in the way (`why_disabled`, a code whose words live with the widgets) and which command it makes (`command`).
It performs nothing, draws nothing and knows no Qt. Text or a reason an action cannot do without is named in
`asks`; the case card asks for it in place, never in a dialog.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from casework.command import Command, Rule
from casework.entities.case import Case
from casework.entities.claim import Claim
from casework.entities.task import Task
from casework.facts import Actor
from casework.ids import CaseId, PersonId, UnitId
from casework.sync.status import OutboxLine
from casework.workflow import Flag


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Marks a source string for translation, by the name lupdate looks for; the widgets look it up."""
    return text


class Why(enum.StrEnum):
    """What stands in an action's way. A test holds that each has its words."""

    NO_CASE = "no_case"
    TAKEN = "taken"  # another seat has it in hand
    SUSPENDED = "suspended"
    NO_UNIT = "no_unit"
    NO_CONDITION = "no_condition"
    QUEUE_EMPTY = "queue_empty"
    NOTHING_TO_UNDO = "nothing_to_undo"
    OUTBOX_FULL = "outbox_full"  # said by whoever performs
    DISK_FULL = "disk_full"


class Does(enum.StrEnum):
    """What becomes of an action that is carried out."""

    COMMAND = "command"  # its command goes to the outbox
    UNDO = "undo"  # `target` names an unsent command to take back
    DISMISS = "dismiss"  # `target` names a refused command to put away
    OPEN = "open"  # `opens` names a part of the screen


class Place(enum.StrEnum):
    """Where an action is offered besides its key, F1 and the command bar."""

    CARD = "card"  # a button in the bar of the case card
    FOOT = "foot"  # a key cap in the foot
    FOOT_END = "foot_end"  # a key cap after the others: it does not speak of the case


class Ask(msgspec.Struct, frozen=True):
    """One thing the card asks for: a text, or a choice by Ctrl+1..9.

    `choices` are codes with words of their own; a text may be required with one of them only.
    """

    name: str
    title: str
    is_required: bool = True
    limit_chars: int = 0
    choices: tuple[str, ...] = ()
    takes_many: bool = False
    required_with: str = ""

    def is_missing(self, context: Context) -> bool:
        """Nothing was given where something must be."""
        if self.choices:
            return self.is_required and not context.reasons
        is_required = self.is_required or (self.required_with != "" and self.required_with in context.reasons)
        return is_required and not context.text(self.name)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an action may look at.

    `task` is the task of the actor's own unit in the case's present round. `unit`, `class_code`, `condition`
    and `checker` are what is chosen in the card now: the proposal, or the operator's correction of it.
    `typed` holds the texts by the names of the asks, `reasons` the choices made.
    """

    actor: Actor
    now_ms: int = 0
    is_offline: bool = False
    case: Case | None = None
    claim: Claim | None = None
    task: Task | None = None
    unit: UnitId = UnitId("")
    co_units: tuple[UnitId, ...] = ()
    class_code: str = ""
    condition: str = ""
    checker: PersonId = PersonId("")
    typed: Mapping[str, str] = {}
    reasons: tuple[str, ...] = ()
    next_case: CaseId | None = None
    new_id: str = ""
    undoable: str = ""
    refused: OutboxLine | None = None
    kept_words: str = ""  # what a refused command wanted, in words, for a note
    numbers_left: int = 0

    def text(self, name: str) -> str:
        """What was typed for an ask, without the blanks around it."""
        return self.typed.get(name, "").strip()


def never_disabled(context: Context) -> Why | None:
    """For actions that nothing stands in the way of."""
    return None


def no_command(context: Context) -> Command | None:
    """For actions of the screen."""
    return None


def no_target(context: Context) -> str:
    """For actions that aim at no earlier command."""
    return ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing an operator can do.

    title     English source string; the widgets translate it in the context "Action"
    key       as printed on the key cap: "Enter", "F6", "Ctrl+Z"; `also_key` a second one
    accepts   kind of the proposed step that Enter carries out through this action; "" for the others
    places    where it is offered; as it stands: a step of the case, in its card and in the foot
    """

    id: str
    title: str
    key: str
    available: Callable[[Context], bool]
    command: Callable[[Context], Command | None] = no_command
    why_disabled: Callable[[Context], Why | None] = never_disabled
    target: Callable[[Context], str] = no_target
    asks: tuple[Ask, ...] = ()
    does: Does = Does.COMMAND
    also_key: str = ""
    accepts: str = ""
    opens: str = ""
    places: tuple[Place, ...] = (Place.CARD, Place.FOOT)

    def has_key(self, key: str) -> bool:
        """Whether this key cap is the action's."""
        return key in (self.key, self.also_key) and key != ""

    def missing(self, context: Context) -> tuple[Ask, ...]:
        """The required asks that nothing has been given for."""
        return tuple(ask for ask in self.asks if ask.is_missing(context))


def is_lawful_now(context: Context, rule: Rule) -> bool:
    """The case is at a stage the rule starts from, and the actor holds a post that may do it."""
    if context.case is None or rule.move is None:
        return False
    is_allowed = not rule.posts or bool(rule.posts & context.actor.posts)
    return is_allowed and context.case.stage in rule.move.before


def why_not_decided(context: Context) -> Why | None:
    """What stands in the way of any decision: somebody else has the case in hand, or it is suspended."""
    if context.case is None:
        return Why.NO_CASE
    if context.claim is not None and context.claim.seat != context.actor.seat:
        return Why.TAKEN
    if Flag.SUSPENDED in context.case.flags:
        return Why.SUSPENDED
    return None
