from __future__ import annotations

import enum
import importlib
import pkgutil
import re
from types import ModuleType

import pytest

import casework
from casework.commands import RULE_BY_KIND
from devkit import strings
from tests.repo.source import ROOT, files, imports

GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = re.compile(r"^## .*`([\w.]+)`\s*$")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Spoken between programs, read by nobody.
WIRE_ONLY = {"casework.sync.messages.Op"}

Table = dict[str, tuple[str, str]]


def read_tables(text: str) -> dict[str, Table]:
    """Enumeration's dotted name -> its values -> (English, Chinese)."""
    tables: dict[str, Table] = {}
    table: Table | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            heading = HEADING.match(line)
            table = tables.setdefault(heading[1], {}) if heading else None
        elif table is not None and line.startswith("| ") and not line.startswith("| identifier"):
            identifier, english, chinese = (cell.strip() for cell in line.strip("| ").split("|")[:3])
            assert identifier not in table, f"{identifier} twice"
            table[identifier] = (english, chinese)
    return tables


def enumerations(package: ModuleType) -> dict[str, set[str]]:
    """Every enumeration of text defined in a package; the empty value has no word."""
    found: dict[str, set[str]] = {}
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and issubclass(thing, enum.StrEnum) and thing is not enum.StrEnum:
                name = f"{thing.__module__}.{thing.__qualname__}"
                if name.startswith(package.__name__ + ".") and name not in WIRE_ONLY:
                    found[name] = {member.value for member in thing if member.value}
    return found


def differences(tables: dict[str, Table], known: dict[str, set[str]]) -> list[str]:
    found = [f"{name} has no table" for name in sorted(known.keys() - tables.keys())]
    found += [f"{name} is no enumeration" for name in sorted(tables.keys() - known.keys())]
    for name in sorted(known.keys() & tables.keys()):
        found += [f"{name}.{value} has no row" for value in sorted(known[name] - tables[name].keys())]
        found += [f"{name}.{value} is no value" for value in sorted(tables[name].keys() - known[name])]
    return found


def test_that_the_glossary_and_the_enumerations_agree() -> None:
    assert differences(read_tables(GLOSSARY.read_text(encoding="utf-8")), enumerations(casework)) == []


def test_that_every_word_is_in_both_languages_and_means_one_thing() -> None:
    for name, table in read_tables(GLOSSARY.read_text(encoding="utf-8")).items():
        for identifier, (english, chinese) in table.items():
            assert english.isascii() and english, f"{name}.{identifier}"
            assert CHINESE.search(chinese), f"{name}.{identifier}"
        for column in (0, 1):
            words = [pair[column] for pair in table.values()]
            assert len(words) == len(set(words)), f"{name} uses a word twice"


def _spoken() -> dict[str, tuple[str, dict[str, str]]]:
    """Enumeration's dotted name -> its context in the translations, and the screens' English of its
    values.
    """
    words = pytest.importorskip("app.models.words", reason="no screens yet")
    return {
        f"{kind.__module__}.{kind.__qualname__}": (
            kind.__name__,
            {value.value: text for value, text in spoken.items()},
        )
        for kind, spoken in words.WORDS.items()
    }


def test_that_the_screens_spell_the_glossarys_words() -> None:
    tables = read_tables(GLOSSARY.read_text(encoding="utf-8"))
    chinese = strings.read_parts(strings.PARTS)
    for name, (context, spoken) in _spoken().items():
        assert spoken == {value: tables[name][value][0] for value in spoken}, name
        assert {value: chinese.get((context, text)) for value, text in spoken.items()} == {
            value: tables[name][value][1] for value in spoken
        }, name


# Told as sentences with their figures, not as words: enumeration -> the table that has one for every value.
SENTENCES = {
    "casework.refusal.RefusalCode": ("app.models.refusals", "SENTENCES"),
    "casework.assist.evidence.EvidenceCode": ("app.models.evidence", "FULL"),
}
# Never shown as such: an explanation's parts and a bearing are built into sentences by their own modules.
TOLD_IN_PASSING = {"casework.clock.explain.Part", "casework.geo.Bearing"}


def test_that_every_code_a_screen_knows_has_its_words() -> None:
    known = enumerations(casework)
    said = {name: set(words) for name, (_, words) in _spoken().items()}
    for name, (module, table) in SENTENCES.items():
        sentences = pytest.importorskip(module, reason="no screens yet")
        said[name] = {code.value for code in getattr(sentences, table)}
    shown = {target for path in files(ROOT, "app") for target, _ in imports(path, ROOT)} - TOLD_IN_PASSING
    silent = {name: values - said.get(name, set()) for name, values in known.items() if name in shown}
    assert {name: values for name, values in silent.items() if values} == {}


def test_that_every_command_has_its_word_in_a_cases_trace() -> None:
    words = pytest.importorskip("app.models.words", reason="no screens yet")
    assert sorted(RULE_BY_KIND.keys() - words.DEEDS.keys()) == []


def test_that_planted_differences_are_found() -> None:
    text = "## Door 门 `a.Door`\n\n| identifier | English | Chinese |\n|---|---|---|\n| open | Open | 开 |\n"
    text += (
        "| ajar | Ajar | 虚掩 |\n\n## Free words\n\n| identifier | x |\n| loose | y |\n\n## Gone `a.Gone`\n"
    )
    tables = read_tables(text)
    assert tables == {"a.Door": {"open": ("Open", "开"), "ajar": ("Ajar", "虚掩")}, "a.Gone": {}}
    assert differences(tables, {"a.Door": {"open", "shut"}, "a.New": {"x"}}) == [
        "a.New has no table",
        "a.Gone is no enumeration",
        "a.Door.shut has no row",
        "a.Door.ajar is no value",
    ]
