"""The contract of the channel, on both sides of it."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from app.map import messages as m
from app.map.bridge import Bridge
from app.map.scheme import FILES
from gridseat_files import find

PAGE = find("resources/web/map/map.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "message",
    [
        m.Hello(m.VERSION),
        m.Clicked(530_000.5, 2_525_000.25, 1.0),
        m.Clicked(1.0, 2.0, 0.5, is_double=True),
        m.Moved(1.0, 2.0, 4.0),
        m.Drawn(7),
        m.Failed("x is not defined"),
    ],
)
def test_that_a_message_of_the_page_comes_through(message: m.FromPage) -> None:
    assert m.decode(msgspec.json.encode(message).decode()) == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{}",
        '{"type":"Scene"}',
        '{"type":"Hello"}',
        '{"type":"Hello","version":"1"}',
        '{"type":"Clicked","x":"1","y":2,"m_px":1}',
        '{"type":"Clicked","x":1e999,"y":2}',
        '{"type":"Drawn","serial":1.5}',
        '{"type":"Failed","text":"' + "x" * m.MESSAGE_CHARS + '"}',
    ],
)
def test_that_anything_else_is_refused_and_never_reaches_the_map(qapp, text: str, caplog) -> None:
    with pytest.raises(msgspec.DecodeError):
        m.decode(text)
    bridge, heard = Bridge(), []
    bridge.heard.message.connect(heard.append)
    bridge.tell(text)
    assert heard == []
    assert "map_message_refused" in caplog.text


def test_that_the_page_understands_every_message_and_no_other() -> None:
    on = PAGE[PAGE.index("const on = {") :]
    understood = set(re.findall(r"^    (\w+): function", on, re.MULTILINE))
    assert understood == {kind.__name__ for kind in get_args(m.ToPage)}


def test_that_the_page_sends_only_messages_that_exist_with_their_fields() -> None:
    sent = set(re.findall(r"tell\('(\w+)'", PAGE))
    assert sent == {kind.__name__ for kind in get_args(m.FromPage)}
    for kind in get_args(m.FromPage):
        for field in kind.__struct_fields__:
            assert re.search(rf"\b{field}\b", PAGE), f"{kind.__name__}.{field}"


def test_that_both_sides_are_of_one_version() -> None:
    assert re.search(r"const VERSION = (\d+);", PAGE).group(1) == str(m.VERSION)


def test_that_a_scene_is_json_without_infinities() -> None:
    scene = m.Scene(
        1,
        m.Plane("EPSG:4545", "+proj=tmerc", 0, 0, 1, 1, (64.0, 0.125), 512),
        "#000000",
        m.Camera(1.5, 2.5, 1.0),
        (m.TileSet("ground", "gridseat://map/tile/x/100/{z}/{x}/{y}", 1.0),),
        (),
        (),
        (m.Circle(1, 2, 50, "#FFFFFF", 1.2, (5, 3)),),
    )
    text = m.encode(scene)
    assert msgspec.json.decode(text)["type"] == "Scene"
    assert msgspec.json.decode(text)["sketch"][0]["type"] == "circle"


def test_that_one_object_with_one_method_each_way_is_on_the_channel(qapp) -> None:
    meta = Bridge.staticMetaObject
    own = {
        bytes(meta.method(k).methodSignature().data()).decode()
        for k in range(meta.methodOffset(), meta.methodCount())
    }
    assert own == {"told(QString)", "tell(QString)"}
    assert meta.propertyCount() == meta.propertyOffset()


def test_that_the_page_never_builds_markup_or_code_from_text() -> None:
    forbidden = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "setAttribute(",
    )
    assert not [word for word in forbidden if word in PAGE]
    assert "fetch(" not in PAGE
    assert "XMLHttpRequest" not in PAGE
    assert "localStorage" not in PAGE


def test_that_the_page_has_no_script_or_style_of_its_own_in_its_markup() -> None:
    markup = find("resources/web/map/index.html").read_text(encoding="utf-8")
    assert "style=" not in markup
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    for address in re.findall(r'(?:src|href)="([^"]+)"', markup):
        assert address in FILES
