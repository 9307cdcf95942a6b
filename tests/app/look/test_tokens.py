"""Every text keeps its contrast on every ground, in both themes, by WCAG's own formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.look import tokens
from app.look.qss import qss
from app.look.shapes import SHAPES, STACKS
from app.look.tokens import THEMES

ROOT = Path(__file__).resolve().parents[3]
GROUNDS = ("bg0", "bg1", "bg2", "bg3", "mine_wash", "warn_wash", "alarm_wash", "held_wash")
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b|\brgba?\(\s*\d|QColor\(\s*[\d\"]")

# look.md section 2: dark and light, on the grounds above, as computed when the look was drawn.
CONTRAST = {
    "text1": "15.0 14.1|13.9 16.9|12.6 15.7|11.0 14.3|11.6 14.8|11.7 15.3|12.2 14.9|11.6 14.9",
    "text2": "10.7 8.3|9.8 9.9|8.9 9.2|7.8 8.4|8.3 8.7|8.3 9.0|8.7 8.7|8.2 8.7",
    "text3": "6.9 5.0|6.3 6.1|5.7 5.6|5.0 5.1|5.3 5.3|5.3 5.5|5.6 5.3|5.3 5.3",
    "ok_text": "10.1 7.2|9.3 8.6|8.4 8.0|7.4 7.3|7.8 7.5|7.8 7.8|8.2 7.5|7.8 7.5",
    "warn_text": "10.8 7.3|9.9 8.7|9.0 8.1|7.9 7.4|8.4 7.6|8.4 7.9|8.8 7.6|8.3 7.7",
    "alarm_text": "10.1 7.3|9.3 8.8|8.4 8.2|7.3 7.5|7.8 7.7|7.8 8.0|8.2 7.7|7.8 7.7",
    "mine_text": "10.5 7.8|9.6 9.3|8.7 8.7|7.6 7.9|8.1 8.2|8.1 8.4|8.5 8.2|8.1 8.2",
    "held_text": "10.1 7.4|9.3 8.9|8.4 8.3|7.3 7.6|7.8 7.8|7.8 8.1|8.2 7.8|7.8 7.9",
}
ON_FILL = {
    ("on_primary", "primary"): "10.7 9.7",
    ("p1_text", "p1_plate"): "7.7 9.2",
    ("on_warn", "warn_fill"): "9.7 4.6",
}
# The worst of a fill or edge on any of the grounds.
WORST = {"ok_fill": "4.4 3.4", "warn_fill": "7.7 3.1", "alarm_fill": "3.4 7.0", "mine_fill": "5.0 4.6"}
WORST_QUIET = {"held_fill": "4.3 3.1", "edge": "3.1 3.1", "sel": "7.6 4.6"}
SEAT_TEXT = 7.0  # console standard; text3 is placeholders and disabled things only


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pair(text: str) -> dict[str, float]:
    dark, light = text.split()
    return {"dark": float(dark), "light": float(light)}


def test_that_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


def test_that_both_themes_have_the_same_tokens_and_only_plain_colours() -> None:
    assert THEMES["dark"].keys() == THEMES["light"].keys()
    for theme in THEMES.values():
        assert [value for value in theme.values() if not re.fullmatch(r"#[0-9A-F]{6}", value)] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("token", CONTRAST)
def test_that_every_text_keeps_its_contrast_on_every_ground(token: str, theme: str) -> None:
    ink = THEMES[theme]
    for ground, stated in zip(GROUNDS, CONTRAST[token].split("|"), strict=True):
        measured = contrast(ink[token], ink[ground])
        assert measured == pytest.approx(pair(stated)[theme], abs=0.06), f"{token} on {ground}, {theme}"
        if token != "text3":
            assert measured >= SEAT_TEXT - 0.01, f"{token} on {ground}, {theme}: {measured:.2f}"


@pytest.mark.parametrize("theme", THEMES)
def test_that_text_on_fills_keeps_its_contrast(theme: str) -> None:
    ink = THEMES[theme]
    for (text, fill), stated in ON_FILL.items():
        assert contrast(ink[text], ink[fill]) == pytest.approx(pair(stated)[theme], abs=0.06)


@pytest.mark.parametrize("theme", THEMES)
def test_that_marks_and_edges_stand_out_on_every_ground(theme: str) -> None:
    ink = THEMES[theme]
    for token, stated in {**WORST, **WORST_QUIET}.items():
        worst = min(contrast(ink[token], ink[ground]) for ground in GROUNDS)
        assert worst == pytest.approx(pair(stated)[theme], abs=0.06), token
        assert worst >= 3.0, f"{token}: {worst:.2f}"


@pytest.mark.parametrize("theme", THEMES)
def test_that_map_labels_can_be_read_on_roads_and_water(theme: str) -> None:
    ink = THEMES[theme]
    least = {"dark": 5.0, "light": 5.7}[theme]
    assert min(contrast(ink["m_label"], ink[g]) for g in ("m_road", "m_water")) >= least - 0.06


def test_that_every_mark_uses_tokens_and_stays_in_its_square() -> None:
    known = THEMES["dark"].keys()
    for name, mark in SHAPES.items():
        assert {token for token in (mark.fill, mark.stroke) if token} <= known, name
        for op in mark.paths:
            assert op[0] in ("M", "L", "A", "Z"), name
            if op[0] == "A":
                assert abs(op[1]) + op[3] <= 1 and abs(op[2]) + op[3] <= 1, name
            elif op[0] in "ML":
                assert max(abs(op[1]), abs(op[2])) <= 1, name
    assert all(part in SHAPES for parts in STACKS.values() for part in parts)


def test_that_no_two_marks_share_a_shape() -> None:
    drawn = {name: mark.paths for name, mark in SHAPES.items() if name not in {"arc_track", "half_disc"}}
    solid = {}
    for name, paths in drawn.items():
        twin = solid.setdefault((paths, SHAPES[name].fill is None), name)
        assert twin == name, f"{name} is drawn as {twin}"


@pytest.mark.parametrize("theme", THEMES)
def test_that_the_style_sheet_has_no_colour_but_the_tokens(theme: str) -> None:
    used = set(re.findall(r"#[0-9A-Fa-f]{6}", qss(theme)))
    assert used and used <= set(THEMES[theme].values())
    assert qss("dark") != qss("light")


def test_that_no_other_part_of_the_seat_writes_a_colour() -> None:
    found = []
    for path in sorted((ROOT / "app").glob("*/**/*.py")):
        if path == Path(tokens.__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if COLOUR.search(line.replace("QColor(0, 0, 0, 0)", "")):  # nothing at all is no colour
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []
