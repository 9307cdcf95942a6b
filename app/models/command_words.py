"""A command in words: what somebody wanted of which case, with the units, reasons and texts it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.models import text, words
from casework.command import Command
from casework.commands import rule_of
from casework.commands.check import Check
from casework.commands.claim import ClaimCase
from casework.commands.dispatch import Dispatch
from casework.commands.file_case import FileCase
from casework.commands.not_file import NotFile
from casework.commands.register import Register

translate = QCoreApplication.translate

Name = Callable[[str, str], str]  # (entity, id) -> the row's name, or the id where it is not here
TYPED = ("opinion", "evidence", "result", "text")


def case_of(command: Command) -> str:
    """The number of the case a command speaks of."""
    return str(getattr(command, "case", ""))


def head(command: Command) -> str:
    """派遣 0417"""
    return f"{words.deed(rule_of(command).kind)} {text.short_number(case_of(command))}".strip()


def wanted(command: Command, name: Name, catalogues: Any) -> str:
    """What it wanted: 派给 青秀区市政管护所; without the case and without what was typed."""
    match command:
        case Dispatch():
            told = translate("Command", "dispatch to {0}").format(name("unit", command.unit))
            others = [name("unit", unit) for unit in command.co_units]
            helped = translate("Command", "with {0}").format(translate("Words", ", ").join(others))
            return text.facts(told, helped if others else "")
        case FileCase():
            return translate("Command", "file under {0}").format(command.condition)
        case NotFile():
            return translate("Command", "do not file: {0}").format(words.word(command.reason))
        case Check() if command.failed_for:
            reasons = translate("Words", ", ").join(words.word(reason) for reason in command.failed_for)
            return translate("Command", "send back for rework: {0}").format(reasons)
        case Check():
            return translate("Command", "check passed")
        case ClaimCase():
            return translate("Command", "take it in hand")
        case Register():
            entry = words.class_name(catalogues, command.edition, command.kind, command.class_code)
            return text.facts(entry, command.place)
        case _:
            return words.deed(rule_of(command).kind)


def typed(command: Command) -> str:
    """Every text a person wrote into it."""
    return text.facts(*(str(getattr(command, name, "")) for name in TYPED))
