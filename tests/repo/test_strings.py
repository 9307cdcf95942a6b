from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from devkit import strings


def messages(ts: Path) -> list[tuple[str, str, ET.Element]]:
    """(context, English, translation element) of every message."""
    return [
        (context.findtext("name") or "", message.findtext("source") or "", translation)
        for context in ET.parse(ts).getroot().iter("context")
        for message in context.iter("message")
        if (translation := message.find("translation")) is not None
    ]


def untranslated(ts: Path) -> list[str]:
    return [
        f"{context}: {english}"
        for context, english, translation in messages(ts)
        if translation.get("type") == "unfinished" or not "".join(translation.itertext()).strip()
    ]


def placeholders(text: str) -> list[str]:
    return sorted(part.partition("}")[0] for part in text.split("{")[1:])


@pytest.fixture
def ts() -> Path:
    if not strings.TS.exists():
        pytest.skip("no translation yet")
    return strings.TS


def test_that_every_string_has_its_chinese(ts: Path) -> None:
    assert untranslated(ts) == []


def test_that_the_translation_knows_every_string_in_the_sources(ts: Path, tmp_path: Path) -> None:
    copy = tmp_path / ts.name
    shutil.copy(ts, copy)
    strings.update(copy)
    assert {message[:2] for message in messages(copy)} == {message[:2] for message in messages(ts)}
    assert copy.read_text(encoding="utf-8") == ts.read_text(encoding="utf-8"), "run: python3 dev.py build"


def test_that_the_parts_are_in_the_translation(ts: Path) -> None:
    pairs = strings.read_parts(strings.PARTS)
    told = {
        (context, english): "".join(translation.itertext()).strip()
        for context, english, translation in messages(ts)
        if (context, english) in pairs
    }
    assert {key: chinese for key, chinese in told.items() if chinese != pairs[key].strip()} == {}


def test_that_both_languages_take_the_same_values(ts: Path) -> None:
    differing = [
        f"{context}: {english}"
        for context, english, translation in messages(ts)
        if placeholders(english) != placeholders("".join(translation.itertext()))
    ]
    assert differing == []


def test_that_every_action_and_layer_has_its_words() -> None:
    actions = pytest.importorskip("app.actions", reason="no actions yet")
    layers = pytest.importorskip("app.map.layers", reason="no layers yet")
    pairs = strings.read_parts(strings.PARTS)
    wanted = {("Action", action.title) for action in actions.ACTIONS}
    wanted |= {("Action", ask.title) for action in actions.ACTIONS for ask in action.asks}
    wanted |= {("Layer", layer.title) for layer in layers.LAYERS if getattr(layer, "title", "")}
    assert sorted(wanted - pairs.keys()) == []


TS = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context><name>Queue</name>
<message><source>Case {0}</source><translation type="unfinished"></translation></message>
<message><source>Open</source><translation>打开</translation></message>
<message numerus="yes"><source>%n cases</source><translation type="unfinished"></translation></message>
<message><source>New</source><translation type="unfinished"></translation></message>
</context></TS>
"""


def test_that_parts_fill_what_is_missing_and_say_what_remains(tmp_path: Path) -> None:
    ts = tmp_path / "zh_CN.ts"
    ts.write_text(TS, encoding="utf-8")
    (tmp_path / "a.tsv").write_text(
        "# of the queue\nQueue\tCase {0}\t案卷 {0}\n\nQueue\t%n cases\t%n 件\n", encoding="utf-8"
    )
    assert len(untranslated(ts)) == 3
    assert strings.fill(ts, strings.read_parts(tmp_path)) == 1
    assert untranslated(ts) == ["Queue: New"]
    assert [f"{english}={''.join(element.itertext())}" for _, english, element in messages(ts)] == [
        "Case {0}=案卷 {0}",
        "Open=打开",
        "%n cases=%n 件",
        "New=",
    ]


@pytest.mark.parametrize("line", ["Queue\tOpen", "Queue\tOpen\t", "Queue Open 打开"])
def test_that_a_part_with_a_broken_line_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.tsv").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(strings.PartError, match=r"a\.tsv:1"):
        strings.read_parts(tmp_path)


def test_that_parts_which_disagree_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("Queue\tOpen\t打开\n", encoding="utf-8")
    (tmp_path / "b.tsv").write_text("Queue\tOpen\t打开\n\nQueue\tOpen\t开启\n", encoding="utf-8")
    with pytest.raises(strings.PartError, match=r"b\.tsv:3"):
        strings.read_parts(tmp_path)
