from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.imports import wrong_map
from server.imports.importing import lines_of, spoken_language
from server.imports.words import WORDS, sentence
from tests.repo.source import ROOT
from tests.server.imports import test_components
from tests.server.imports.town import SOUTH_M, WEST_M, csv, founded_town, profile, run

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>'\"`${alert(3)}{{alert(4)}}"
CALLS = {"remark", "Remark", "Unreadable", "ProfileFault", "refuse", "refuse_row", "failed", "said"}


class Tags(HTMLParser):
    """Every tag of a page with what it points at."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def tags(page: str) -> list[tuple[str, dict[str, str]]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def hostile_page(tmp_path: Path) -> str:
    paths = founded_town(tmp_path / "centre")
    bad = [(f"z{k}", HOSTILE, WEST_M + 10 + k, SOUTH_M + 10, "", "") for k in range(3)]
    file = csv(tmp_path / "f.csv", test_components.HEADER, (*test_components.GOOD, *bad))
    report = run(paths, "components", file, profile(tmp_path, "components"))
    assert report["reasons"] == {"unknown_class": 3}
    return (tmp_path / "report.html").read_text("utf-8")


def test_that_hostile_text_stays_text_on_the_page_and_in_its_map(tmp_path: Path) -> None:
    page = hostile_page(tmp_path)
    found = tags(page)
    assert not [tag for tag, _ in found if tag in ("img", "script")]
    assert "alert(1)" in page
    for tag, given in found:
        assert not [name for name in given if name.startswith("on")], tag
    frames = [given["srcdoc"] for tag, given in found if tag == "iframe"]
    if wrong_map.leaflet() is None:
        pytest.skip("Leaflet was not brought: dev.py build")
    (inner,) = frames
    assert not [tag for tag, _ in tags(inner) if tag == "img"]
    # In the script it is a text of JSON that is escaped once more for where the popup puts it.
    assert "<script>alert" not in inner and "<img src=x" not in inner and r"\u003cimg" not in inner
    assert "${alert" not in re.sub(r'"(?:[^"\\]|\\.)*"', '""', inner.split("</head>")[-1])


def test_that_the_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    page = hostile_page(tmp_path)
    frames = [given["srcdoc"] for tag, given in tags(page) if tag == "iframe"]
    for part in (page, *frames):
        for tag, given in tags(part):
            assert not {"src", "href", "action", "data"} & given.keys(), (tag, given)
        for address in re.findall(r"url\(([^)]*)\)", part):
            assert not address.strip("\"'").startswith(("http", "//")), address


def test_that_the_page_tells_the_counts_the_reasons_and_the_places(tmp_path: Path) -> None:
    page = hostile_page(tmp_path)
    for told in ("<b>6</b>", "<b>3</b>", "unknown_class", "line 5", "拒绝的原因", "Why rows are refused"):
        assert told in page


def test_that_without_leaflet_there_is_a_page_without_a_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wrong_map, "leaflet", lambda: None)
    page = hostile_page(tmp_path)
    assert "iframe" not in {tag for tag, _ in tags(page)} and "unknown_class" in page


def codes_of(path: Path) -> set[str]:
    """Every code that a call in the module names outright."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
            for given in node.args[:2]:
                texts = [one for one in ast.walk(given) if isinstance(one, ast.Constant)]
                is_plain = isinstance(given, ast.Constant | ast.IfExp)
                found |= {str(one.value) for one in texts if is_plain and isinstance(one.value, str)}
    return {code for code in found if re.fullmatch(r"[a-z][a-z_0-9]+", code)}


def test_that_every_code_has_its_words_in_both_languages() -> None:
    named = set().union(*(codes_of(path) for path in sorted((ROOT / "server/imports").glob("*.py"))))
    assert {"unknown_class", "cut", "gcj_undone", "moved_on"} <= named
    assert named - WORDS.keys() == set()
    for code, (chinese, english) in WORDS.items():
        assert re.search(r"[\u4e00-\u9fff]|\{words\}", chinese) or "{" in chinese, code
        assert not re.search(r"[\u4e00-\u9fff]", english), code
        assert set(re.findall(r"\{(\w+)\}", english)) >= set(re.findall(r"\{(\w+)\}", chinese)) - {
            "others"
        }, code


def test_that_a_sentence_is_made_from_its_values_and_lives_without_them() -> None:
    assert sentence("duplicate_id", {"id": "7"}, "en") == "id 7 is in the file before"
    assert "…" in sentence("duplicate_id", {}, "zh")
    assert sentence("never_heard_of", {"a": "b"}, "en") == "never_heard_of (a b)"


def test_that_the_console_speaks_the_systems_language(tmp_path: Path) -> None:
    assert spoken_language({"LANG": "zh_CN.UTF-8"}) == "zh"
    assert spoken_language({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}) == "en"
    paths = founded_town(tmp_path / "centre")
    file = csv(tmp_path / "f.csv", test_components.HEADER, test_components.GOOD)
    report = run(paths, "components", file, profile(tmp_path, "components"))
    told = lines_of(report, tmp_path / "r.json", "zh")
    assert told[0].startswith("3 行") and "已录入" in told[-1]
