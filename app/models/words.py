"""People's words for the codes of casework: stages, flags, posts, deeds; spelt as in docs/glossary.md.

The source strings are English; the Chinese comes with the translation. `word` serves every enumeration of the
table; a value without a word is a KeyError that a test finds first. Refusals have their own sentences in
`app.models.refusals`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from casework.catalogue.model import Catalogue, Kind
from casework.clock.model import TimeLimit, TimeUnit
from casework.commands.check import FailReason
from casework.commands.not_file import NotFiledReason
from casework.entities.component import ComponentState
from casework.entities.delivery import DeliveryKind
from casework.entities.request import RequestKind, RequestState
from casework.entities.task import TaskState
from casework.sync.status import Fault, Lamp, OutboxState, Waits
from casework.workflow import STEP, Flag, Post, Source, Stage

WORDS: Mapping[type[enum.StrEnum], Mapping[enum.StrEnum, str]] = MappingProxyType(
    {
        Stage: {
            Stage.REGISTERED: QT_TRANSLATE_NOOP("Stage", "Registered"),
            Stage.VERIFYING: QT_TRANSLATE_NOOP("Stage", "Being verified"),
            Stage.AWAITING_FILING: QT_TRANSLATE_NOOP("Stage", "To file"),
            Stage.AWAITING_DISPATCH: QT_TRANSLATE_NOOP("Stage", "To dispatch"),
            Stage.HANDLING: QT_TRANSLATE_NOOP("Stage", "Handling"),
            Stage.AWAITING_CHECK: QT_TRANSLATE_NOOP("Stage", "To check"),
            Stage.CHECKING: QT_TRANSLATE_NOOP("Stage", "Being checked"),
            Stage.AWAITING_CLOSE: QT_TRANSLATE_NOOP("Stage", "To close"),
            Stage.CLOSED: QT_TRANSLATE_NOOP("Stage", "Closed"),
            Stage.NOT_FILED: QT_TRANSLATE_NOOP("Stage", "Not filed"),
            Stage.VOIDED: QT_TRANSLATE_NOOP("Stage", "Voided"),
        },
        Flag: {
            Flag.SUSPENDED: QT_TRANSLATE_NOOP("Flag", "Suspended"),
            Flag.EXTENDED: QT_TRANSLATE_NOOP("Flag", "Extended"),
            Flag.REWORKED: QT_TRANSLATE_NOOP("Flag", "Reworked"),
            Flag.RETURNED: QT_TRANSLATE_NOOP("Flag", "Returned"),
            Flag.SUPERVISED: QT_TRANSLATE_NOOP("Flag", "Supervised"),
            Flag.URGED: QT_TRANSLATE_NOOP("Flag", "Urged"),
            Flag.SELF_HANDLED: QT_TRANSLATE_NOOP("Flag", "Handled on the spot"),
            Flag.FORCED: QT_TRANSLATE_NOOP("Flag", "Closed by order"),
            Flag.EXEMPT: QT_TRANSLATE_NOOP("Flag", "Exempt"),
            Flag.REPLY_WANTED: QT_TRANSLATE_NOOP("Flag", "Reply wanted"),
        },
        DeliveryKind: {
            DeliveryKind.COMPONENTS: QT_TRANSLATE_NOOP("DeliveryKind", "Components"),
            DeliveryKind.GRIDS: QT_TRANSLATE_NOOP("DeliveryKind", "Unit grids"),
            DeliveryKind.CASES: QT_TRANSLATE_NOOP("DeliveryKind", "Cases"),
            DeliveryKind.UNITS: QT_TRANSLATE_NOOP("DeliveryKind", "Responsible units"),
        },
        Post: {
            Post.SUPERVISOR: QT_TRANSLATE_NOOP("Post", "Supervisor"),
            Post.ACCEPTOR: QT_TRANSLATE_NOOP("Post", "Acceptor"),
            Post.DUTY_LEADER: QT_TRANSLATE_NOOP("Post", "Duty leader"),
            Post.DISPATCHER: QT_TRANSLATE_NOOP("Post", "Dispatcher"),
            Post.UNIT_OPERATOR: QT_TRANSLATE_NOOP("Post", "Unit operator"),
            Post.URGER: QT_TRANSLATE_NOOP("Post", "Urging officer"),
            Post.EVALUATOR: QT_TRANSLATE_NOOP("Post", "Evaluator"),
            Post.LEADER: QT_TRANSLATE_NOOP("Post", "Leader"),
            Post.ADMINISTRATOR: QT_TRANSLATE_NOOP("Post", "Administrator"),
            Post.INTAKE: QT_TRANSLATE_NOOP("Post", "Intake account"),
        },
        Source: {
            Source.SUPERVISOR: QT_TRANSLATE_NOOP("Source", "Supervisor"),
            Source.HOTLINE: QT_TRANSLATE_NOOP("Source", "Hotline"),
            Source.CITIZEN: QT_TRANSLATE_NOOP("Source", "Citizen"),
            Source.VIDEO: QT_TRANSLATE_NOOP("Source", "Video"),
            Source.SENSOR: QT_TRANSLATE_NOOP("Source", "Sensor"),
            Source.MEDIA: QT_TRANSLATE_NOOP("Source", "Media"),
            Source.LEADER: QT_TRANSLATE_NOOP("Source", "Leader"),
            Source.PLATFORM: QT_TRANSLATE_NOOP("Source", "Other platform"),
        },
        Kind: {
            Kind.COMPONENT: QT_TRANSLATE_NOOP("Kind", "Component"),
            Kind.EVENT: QT_TRANSLATE_NOOP("Kind", "Event"),
        },
        TimeUnit: {
            TimeUnit.URGENT_WORKING_HOUR: QT_TRANSLATE_NOOP("TimeUnit", "urgent working hours"),
            TimeUnit.WORKING_HOUR: QT_TRANSLATE_NOOP("TimeUnit", "working hours"),
            TimeUnit.WORKING_DAY: QT_TRANSLATE_NOOP("TimeUnit", "working days"),
            TimeUnit.HOUR: QT_TRANSLATE_NOOP("TimeUnit", "hours"),
            TimeUnit.DAY: QT_TRANSLATE_NOOP("TimeUnit", "calendar days"),
            TimeUnit.MINUTE: QT_TRANSLATE_NOOP("TimeUnit", "minutes"),
        },
        TaskState: {
            TaskState.SENT: QT_TRANSLATE_NOOP("TaskState", "Sent"),
            TaskState.RECEIVED: QT_TRANSLATE_NOOP("TaskState", "Received"),
            TaskState.FINISHED: QT_TRANSLATE_NOOP("TaskState", "Finished"),
            TaskState.RETURNED: QT_TRANSLATE_NOOP("TaskState", "Returned"),
        },
        RequestKind: {
            RequestKind.RETURN: QT_TRANSLATE_NOOP("RequestKind", "Return"),
            RequestKind.EXTENSION: QT_TRANSLATE_NOOP("RequestKind", "Extension"),
            RequestKind.SUSPENSION: QT_TRANSLATE_NOOP("RequestKind", "Suspension"),
            RequestKind.VOID: QT_TRANSLATE_NOOP("RequestKind", "Void"),
        },
        RequestState: {
            RequestState.ASKED: QT_TRANSLATE_NOOP("RequestState", "Asked"),
            RequestState.GRANTED: QT_TRANSLATE_NOOP("RequestState", "Granted"),
            RequestState.REFUSED: QT_TRANSLATE_NOOP("RequestState", "Refused"),
        },
        ComponentState: {
            ComponentState.INTACT: QT_TRANSLATE_NOOP("ComponentState", "Intact"),
            ComponentState.BROKEN: QT_TRANSLATE_NOOP("ComponentState", "Broken"),
            ComponentState.MISSING: QT_TRANSLATE_NOOP("ComponentState", "Missing"),
            ComponentState.ABANDONED: QT_TRANSLATE_NOOP("ComponentState", "Abandoned"),
            ComponentState.REMOVED: QT_TRANSLATE_NOOP("ComponentState", "Removed"),
        },
        NotFiledReason: {
            NotFiledReason.OUT_OF_SCOPE: QT_TRANSLATE_NOOP("NotFiledReason", "Out of scope"),
            NotFiledReason.NOT_TRUE: QT_TRANSLATE_NOOP("NotFiledReason", "Not true"),
            NotFiledReason.REPEAT: QT_TRANSLATE_NOOP("NotFiledReason", "Repeat"),
            NotFiledReason.ALREADY_SOLVED: QT_TRANSLATE_NOOP("NotFiledReason", "Already solved"),
            NotFiledReason.BELOW_STANDARD: QT_TRANSLATE_NOOP("NotFiledReason", "Below the filing condition"),
            NotFiledReason.PRIVATE_GROUND: QT_TRANSLATE_NOOP("NotFiledReason", "On private ground"),
            NotFiledReason.PLACE_UNKNOWN: QT_TRANSLATE_NOOP("NotFiledReason", "Place unknown"),
            NotFiledReason.OTHER_CITY: QT_TRANSLATE_NOOP("NotFiledReason", "In another city"),
            NotFiledReason.OTHER: QT_TRANSLATE_NOOP("NotFiledReason", "Other"),
        },
        FailReason: {
            FailReason.NO_PHOTO: QT_TRANSLATE_NOOP("FailReason", "No photo"),
            FailReason.NO_DATE: QT_TRANSLATE_NOOP("FailReason", "No date on the photo"),
            FailReason.OTHER_ANGLE: QT_TRANSLATE_NOOP("FailReason", "Other angle or scale"),
            FailReason.OTHER_PLACE: QT_TRANSLATE_NOOP("FailReason", "Other place"),
            FailReason.OVERDUE: QT_TRANSLATE_NOOP("FailReason", "Check overdue"),
        },
        Lamp: {
            Lamp.LIVE: QT_TRANSLATE_NOOP("Lamp", "Live"),
            Lamp.LATE: QT_TRANSLATE_NOOP("Lamp", "Late"),
            Lamp.OFFLINE: QT_TRANSLATE_NOOP("Lamp", "Working offline"),
            Lamp.RESYNCING: QT_TRANSLATE_NOOP("Lamp", "Catching up"),
        },
        Fault: {
            Fault.UNREACHABLE: QT_TRANSLATE_NOOP("Fault", "The centre cannot be reached"),
            Fault.WRONG_PASSWORD: QT_TRANSLATE_NOOP("Fault", "Wrong name or password"),
            Fault.SIGNED_OUT: QT_TRANSLATE_NOOP("Fault", "The session has ended"),
            Fault.CENTRE_ERROR: QT_TRANSLATE_NOOP("Fault", "The centre answered with an error"),
            Fault.UPGRADE: QT_TRANSLATE_NOOP("Fault", "Seat and centre are of different versions"),
            Fault.DISK_FULL: QT_TRANSLATE_NOOP("Fault", "The disk is full"),
            Fault.CACHE_REBUILT: QT_TRANSLATE_NOOP("Fault", "The cache was made anew"),
            Fault.UNSEALED: QT_TRANSLATE_NOOP(
                "Fault", "The centre's files are not signed by the centre this seat knows"
            ),
        },
        OutboxState: {
            OutboxState.WAITING: QT_TRANSLATE_NOOP("OutboxState", "Waiting"),
            OutboxState.RELEASED: QT_TRANSLATE_NOOP("OutboxState", "On its way"),
            OutboxState.ACCEPTED: QT_TRANSLATE_NOOP("OutboxState", "Accepted"),
            OutboxState.REFUSED: QT_TRANSLATE_NOOP("OutboxState", "Refused"),
            OutboxState.DONE: QT_TRANSLATE_NOOP("OutboxState", "Done"),
            OutboxState.UNDONE: QT_TRANSLATE_NOOP("OutboxState", "Undone"),
        },
        Waits: {
            Waits.UNDO: QT_TRANSLATE_NOOP("Waits", "Can still be undone"),
            Waits.NETWORK: QT_TRANSLATE_NOOP("Waits", "Waits for the network"),
            Waits.PREDECESSOR: QT_TRANSLATE_NOOP("Waits", "Waits for an earlier one"),
            Waits.CATCHING_UP: QT_TRANSLATE_NOOP("Waits", "Waits for the catch-up"),
            Waits.ANSWER: QT_TRANSLATE_NOOP("Waits", "Waits for the answer"),
        },
    }
)

# What is being done at a stage, as said beside the seven bars.
STEPS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.REGISTERED: QT_TRANSLATE_NOOP("Step", "Accept"),
        Stage.VERIFYING: QT_TRANSLATE_NOOP("Step", "Verify"),
        Stage.AWAITING_FILING: QT_TRANSLATE_NOOP("Step", "File"),
        Stage.AWAITING_DISPATCH: QT_TRANSLATE_NOOP("Step", "Dispatch"),
        Stage.HANDLING: QT_TRANSLATE_NOOP("Step", "Handle"),
        Stage.AWAITING_CHECK: QT_TRANSLATE_NOOP("Step", "Feedback"),
        Stage.CHECKING: QT_TRANSLATE_NOOP("Step", "Check"),
        Stage.AWAITING_CLOSE: QT_TRANSLATE_NOOP("Step", "Close"),
        Stage.CLOSED: QT_TRANSLATE_NOOP("Step", "Closed"),
        Stage.NOT_FILED: QT_TRANSLATE_NOOP("Step", "Not filed"),
        Stage.VOIDED: QT_TRANSLATE_NOOP("Step", "Voided"),
    }
)

# One character in a queue's row; the first that applies is shown.
TAGS: Mapping[Flag, str] = MappingProxyType(
    {
        Flag.SUPERVISED: QT_TRANSLATE_NOOP("Tag", "S"),
        Flag.URGED: QT_TRANSLATE_NOOP("Tag", "U"),
        Flag.REWORKED: QT_TRANSLATE_NOOP("Tag", "R"),
        Flag.RETURNED: QT_TRANSLATE_NOOP("Tag", "B"),
        Flag.EXTENDED: QT_TRANSLATE_NOOP("Tag", "E"),
    }
)

# Lines of a case's trace, by the command's kind.
DEEDS: Mapping[str, str] = MappingProxyType(
    {
        "register": QT_TRANSLATE_NOOP("Deed", "Registered"),
        "deliver": QT_TRANSLATE_NOOP("Deed", "Imported from a file"),
        "send_verify": QT_TRANSLATE_NOOP("Deed", "Verification sent"),
        "verify": QT_TRANSLATE_NOOP("Deed", "Verified"),
        "urge": QT_TRANSLATE_NOOP("Deed", "Urged"),
        "supervise": QT_TRANSLATE_NOOP("Deed", "Supervised"),
        "suspend": QT_TRANSLATE_NOOP("Deed", "Suspended"),
        "file_case": QT_TRANSLATE_NOOP("Deed", "Filed"),
        "not_file": QT_TRANSLATE_NOOP("Deed", "Not filed"),
        "dispatch": QT_TRANSLATE_NOOP("Deed", "Dispatched"),
        "receive": QT_TRANSLATE_NOOP("Deed", "Received"),
        "finish": QT_TRANSLATE_NOOP("Deed", "Handled"),
        "return_task": QT_TRANSLATE_NOOP("Deed", "Returned"),
        "send_check": QT_TRANSLATE_NOOP("Deed", "Check sent"),
        "check": QT_TRANSLATE_NOOP("Deed", "Checked"),
        "close": QT_TRANSLATE_NOOP("Deed", "Closed"),
        "add_note": QT_TRANSLATE_NOOP("Deed", "Note added"),
        "claim": QT_TRANSLATE_NOOP("Deed", "Taken"),
        "release": QT_TRANSLATE_NOOP("Deed", "Put back"),
    }
)

ALL_STEPS = 7


def word(value: enum.StrEnum) -> str:
    """The word for a value of any enumeration in `WORDS`."""
    kind = type(value)
    return QCoreApplication.translate(kind.__name__, WORDS[kind][value])


def deed(kind: str) -> str:
    """What somebody did, for the trace; a command this seat does not know keeps its code."""
    source = DEEDS.get(kind)
    return QCoreApplication.translate("Deed", source) if source else kind


def step(stage: Stage) -> str:
    """派遣 3/7"""
    name = QCoreApplication.translate("Step", STEPS[stage])
    return f"{name} {STEP[stage]}/{ALL_STEPS}"


def tag(flags: Iterable[Flag]) -> str:
    """督, 催, 返, 退 or 延; empty where none applies."""
    held = frozenset(flags)
    source = next((text for flag, text in TAGS.items() if flag in held), "")
    return QCoreApplication.translate("Tag", source) if source else ""


def limit(span: TimeLimit) -> str:
    """2 紧急工作时"""
    return f"{span.value} {word(span.unit)}"


def posts(held: Iterable[Post]) -> str:
    """The posts of a person, in the order of the work."""
    kept = frozenset(held)
    return QCoreApplication.translate("Words", ", ").join(word(post) for post in Post if post in kept)


def is_chinese() -> bool:
    """Whether the catalogue's Chinese names are wanted: the language of the loaded translation decides."""
    return QCoreApplication.translate("Words", "en") == "zh"


def class_name(catalogues: Mapping[str, Catalogue], edition: str, kind: Kind, code: str) -> str:
    """The name of a class in the edition the case was coded with; its code where it is not known here."""
    catalogue = catalogues.get(edition)
    entry = catalogue.classes.get((kind, code)) if catalogue else None
    if entry is None:
        return code
    return entry.name_zh if is_chinese() else entry.name_en
