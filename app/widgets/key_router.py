"""What a key of the window stands for at this moment, and what the foot and F1 say about it.

The order is from the inside out: what lies on top is asked first (key sheet, form, drawer, card), then the window's
own keys. Esc goes back one level and never loses text. Nothing here touches a case: that is the actions' business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.actions import ACTION_BY_ID, ACTIONS, Action, Context, Does, Place, available
from app.commandbar.index import Entry, Group
from app.look import tokens
from app.models.card_view import ChoiceKind
from app.models.queues import QUEUE_BY_ID, home_queue
from app.widgets import action_words, theme
from app.widgets.foot import KeyHint
from app.widgets.key_sheet import KeySheet
from app.widgets.screen_keys import CHOICE_KEYS, SCREEN_KEY_BY_ID, SCREEN_KEYS, ScreenKey
from app.widgets.shortcuts import WindowKeys
from app.widgets.stage import MAP

if TYPE_CHECKING:
    from app.widgets.main_window import MainWindow

FORM_KEYS = ("Ctrl+Enter", "Esc")
# What nobody may do to a case that the drawer hides.
OF_THE_HIDDEN_CARD = frozenset(
    {"Enter", *CHOICE_KEYS, *(a.key for a in ACTIONS if a.does is Does.COMMAND)}
) - {"Space"}


class KeyRouter(QObject):
    """One per window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.sheet = KeySheet(window)
        caps = [cap for action in ACTIONS for cap in (action.key, action.also_key) if cap]
        caps += [key.key for key in SCREEN_KEYS if key.key]
        self.keys = WindowKeys(window, [*caps, *CHOICE_KEYS, *FORM_KEYS], self.press)
        self._screen: dict[str, Callable[[], object]] = {
            "next_queue": lambda: self._turn_queue(1),
            "previous_queue": lambda: self._turn_queue(-1),
            "filter": window.panel.filter.open,
            "sort": window.model.turn_sort,
            "locate": window.command_bar.open,
            "stage": window.stage.turn,
            "centre": self._centre,
            "park": self._park,
            "fetching": window.fetching.turn,
            "alarm": self.go_to_alarm,
            "command_bar": window.command_bar.open,
            "search": window.search.open,
            "import": window.imports.open,
            "back": self._back,
            "theme": lambda: window.set_theme("light" if theme.current() == "dark" else "dark"),
            "density": self._turn_density,
            "keys": self._show_keys,
        }
        # Many signals of one moment make one new foot.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._show_hints)
        for signal in (
            window.card.model.changed,
            window.model.counts_changed,
            window.session.outbox_changed,
            window.session.status_changed,
            window.card.operations.asked,
            window.card.operations.performed,
        ):
            signal.connect(lambda *unused: self.refresh())

    # --- keys -----------------------------------------------------------------------------------------

    def press(self, cap: str) -> None:
        """A key of the window was pressed."""
        self._press(cap)
        self.refresh()

    def _press(self, cap: str) -> None:
        window = self._window
        if self.sheet.isVisible() and cap in ("Esc", "F1"):
            self.sheet.hide()
            return
        if window.command_bar.is_open():
            window.command_bar.close_list()
            if cap in ("Esc", "Ctrl+K"):
                return
        if window.is_form_shown() and window.form.press(cap):
            return
        if window.is_drawer_shown() and (window.drawer.press(cap) or cap in OF_THE_HIDDEN_CARD):
            return
        if window.search.press(cap):
            return
        if window.imports.is_shown() and (window.imports.press(cap) or cap in OF_THE_HIDDEN_CARD | {"Space"}):
            return
        if cap == "Space" and not window.card.is_asking():
            self._take_next()
            return
        screen = next((key for key in SCREEN_KEYS if key.key == cap), None)
        if cap == "Esc":
            self._back()
        elif screen is not None:
            self._screen[screen.id]()
        elif not window.is_form_shown():
            window.card.press(cap)

    def run(self, name: str) -> None:
        """By the id of an action or of a screen key: a click in the foot, a choice in the command bar."""
        if name == "take_next":
            self._take_next()
        elif name in self._screen:
            self._screen[name]()
        elif name in ACTION_BY_ID:
            self._window.card.operations.run(name)
        self.refresh()

    def take_entry(self, entry: Entry) -> None:
        """What the command bar found."""
        window = self._window
        if entry.group is Group.ACTION:
            self.run(entry.id)
        elif entry.group is Group.QUEUE:
            window.show_queue(QUEUE_BY_ID[entry.id])
        elif entry.group is Group.CASE:
            self.go_to_case(entry.id)
        else:
            self._go_to_grid(entry.id)

    def go_to_alarm(self, number: int = 0) -> None:
        """Acknowledges an alarm and opens its case."""
        alarm = self._window.alarms.acknowledge(number)
        if alarm is not None:
            self.go_to_case(alarm.case)

    def go_to_case(self, case: str) -> None:
        """Opens a case, in its own queue where the present one has it not."""
        queue = self._window.model.queue_of(case)
        if queue is not None and self._window.model.row_of(case) < 0:
            self._window.show_queue(queue)
        self._window.open_case(case)

    def _go_to_grid(self, code: str) -> None:
        shown = self._window.session.row("unit_grid", code)
        if shown is None:
            return
        ring = shown.row.ring_mm
        self._window.stage.turn_to(MAP)
        self._window.look_at(sum(ring[0::2]) // (len(ring) // 2), sum(ring[1::2]) // (len(ring) // 2))

    def _take_next(self) -> None:
        window = self._window
        if not window.model.queue().workers & window.session.posts:
            # From a queue that is only watched, the next case is one of the own work.
            window.show_queue(home_queue(window.session.posts))
        case = window.model.next_case(after=window.card.case_id())
        if window.card.operations.run("take_next") and case:
            window.open_case(case)

    def _turn_queue(self, step: int) -> None:
        queues = self._window.model.queues
        here = queues.index(self._window.model.queue())
        self._window.show_queue(queues[(here + step) % len(queues)])

    def _centre(self) -> None:
        shown = self._window.session.row("case", self._window.card.case_id())
        if shown is not None:
            self._window.map.centre_on(shown.row.x_mm, shown.row.y_mm)

    def _park(self) -> None:
        """Lays the case in hand aside, or takes the one laid aside up again."""
        window = self._window
        here = window.card.case_id()
        window.parked, back = here, window.parked
        window.open_case(back if back != here else "")

    def _turn_density(self) -> None:
        names = list(tokens.ROW_HEIGHTS_PX)
        here = names.index(self._window.density)
        self._window.set_density(names[(here + 1) % len(names)])

    def _back(self) -> None:
        """One level back: the open form of an action, the report, the drawer, the stage, the queue's filter."""
        window = self._window
        if window.is_form_shown():
            window.form.put_away()
        elif window.is_drawer_shown():
            window.show_drawer(False)
        elif window.card.press("Esc"):
            return
        elif window.stage.page() != MAP:
            window.stage.turn_to(MAP)
        elif window.panel.is_filter_open():
            window.panel.filter.close_filter()

    # --- what is offered ------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The foot follows once the present event is over."""
        self._soon.start()

    def findable(self) -> list[tuple[str, str, str]]:
        """What the command bar may find among actions and keys: id, words, cap."""
        context = self._window.card.operations.context()
        found = [
            (action.id, action_words.title(action), action_words.cap(action.key))
            for action in available(context)
            if action.why_disabled(context) is None
        ]
        return found + [(key.id, key.words, action_words.cap(key.key)) for key in self._screen_keys()]

    def _screen_keys(self) -> list[ScreenKey]:
        """Those of this person."""
        return [key for key in SCREEN_KEYS if key.id != "import" or self._window.imports.may()]

    def hints(self, is_everything: bool = False) -> list[KeyHint]:
        """The keys of the present context; all of them for F1."""
        window = self._window
        if window.is_form_shown():
            return self._form_hints()
        if window.card.is_asking():
            return self._ask_hints()
        if window.is_drawer_shown():
            return self._drawer_hints()
        if window.search.is_typing() and not is_everything:
            return self._search_hints()
        if window.imports.is_shown() and not is_everything:
            return [*window.imports.hints(), _screen_hint(SCREEN_KEY_BY_ID["keys"])]
        context = window.card.operations.context()
        actions = [a for a in available(context) if is_everything or Place.FOOT in a.places]
        made = [_action_hint(action, context) for action in actions]
        choice = self._choice_hint()
        if choice is not None:
            made.insert(1, choice)
        screen = [
            key for key in self._screen_keys() if key.id != "keys" and (is_everything or key.is_in_foot)
        ]
        if window.stage.count() < 2:
            screen = [key for key in screen if key.id != "stage"]
        made += [_screen_hint(key) for key in screen if key.key]
        made += window.photos.hints()
        if not is_everything:
            last = [a for a in available(context) if Place.FOOT_END in a.places]
            made += [_action_hint(action, context) for action in last]
        return [*made, _screen_hint(SCREEN_KEY_BY_ID["keys"])]

    def _choice_hint(self) -> KeyHint | None:
        words = {
            ChoiceKind.UNITS: self.tr("Choose unit"),
            ChoiceKind.CONDITIONS: self.tr("Choose condition"),
            ChoiceKind.CHECKERS: self.tr("Choose checker"),
            ChoiceKind.REASONS: self.tr("Rework"),
        }
        title = words.get(self._window.card.model.table.kind)
        return KeyHint("", "Ctrl+1…9", title) if title else None

    def _form_hints(self) -> list[KeyHint]:
        return [
            KeyHint("", "Ctrl+Enter", self.tr("Register")),
            KeyHint("", "F3", self.tr("Place from the map")),
            KeyHint("", "Tab", self.tr("Next field")),
            KeyHint("back", "Esc", self.tr("Put away, keep the draft")),
            _screen_hint(SCREEN_KEY_BY_ID["keys"]),
        ]

    def _search_hints(self) -> list[KeyHint]:
        return [
            KeyHint("", "Enter", self.tr("Open the case")),
            KeyHint("", "↑ ↓", self.tr("Next find, the map follows")),
            KeyHint("back", "Esc", self.tr("Back to the queue")),
            _screen_hint(SCREEN_KEY_BY_ID["keys"]),
        ]

    def _drawer_hints(self) -> list[KeyHint]:
        window = self._window
        made = []
        if window.drawer.current():
            made += [
                KeyHint("", "Enter", self.tr("See the case")),
                KeyHint("", "Ctrl+2", self.tr("Understood")),
            ]
        context = window.card.operations.context()
        made.append(KeyHint("back", "Esc", self.tr("Close the drawer")))
        made.append(_action_hint(ACTION_BY_ID["undo"], context))
        return [*made, _screen_hint(SCREEN_KEY_BY_ID["keys"])]

    def _ask_hints(self) -> list[KeyHint]:
        return [
            KeyHint("", "Ctrl+Enter", self.tr("Do it")),
            KeyHint("", "Ctrl+1…9", self.tr("Choose reason")),
            KeyHint("", "Tab", self.tr("Next field")),
            KeyHint("back", "Esc", self.tr("Back, keep the text")),
            _screen_hint(SCREEN_KEY_BY_ID["keys"]),
        ]

    def _show_hints(self) -> None:
        self._window.foot.show_hints(self.hints())

    def _show_keys(self) -> None:
        self.sheet.show_hints(self.hints(is_everything=True))


def _action_hint(action: Action, context: Context) -> KeyHint:
    why = action_words.why(action.why_disabled(context))
    return KeyHint(action.id, action_words.cap(action.key), action_words.title(action), not why, why)


def _screen_hint(key: ScreenKey) -> KeyHint:
    return KeyHint(key.id, action_words.cap(key.key), key.words)
