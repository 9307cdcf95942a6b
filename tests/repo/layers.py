"""Who may import whom: the table of ARCHITECTURE.md, as data.

The longest package name that a module lies in decides. `ours` are packages of this project, `others` what
comes from outside the standard library, `standard` the named part of the standard library where only a part
is allowed.
"""

from __future__ import annotations

from typing import NamedTuple

QT = "PySide6"
PURE = frozenset(
    """
    __future__ abc array base64 binascii bisect calendar collections contextlib copy csv dataclasses datetime
    decimal difflib enum fractions functools hashlib heapq io itertools json math operator re statistics
    string struct textwrap types typing unicodedata zlib zoneinfo
    """.split()
)
NETWORK = frozenset(
    "asyncio ftplib http imaplib poplib select selectors smtplib socket socketserver ssl urllib".split()
)


class Rule(NamedTuple):
    ours: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    # None: all of the standard library but `never`.
    standard: frozenset[str] | None = None
    never: frozenset[str] = frozenset()


CASEWORK = Rule(ours=("casework",), others=("msgspec",), standard=PURE)
LOOKS = "app.look"
QT_CORE = ("PySide6.QtCore",)
QT_MODEL = (*QT_CORE, "PySide6.QtGui")
QT_WIDGETS = (
    *QT_MODEL,
    "PySide6.QtWidgets",
    "PySide6.QtSvg",
    "PySide6.QtSvgWidgets",
    "PySide6.QtPrintSupport",
)
# Qt's own tool for ending its objects in a stated order.
QT_LIFE = ("shiboken6",)
QT_WEB = ("PySide6.QtWebEngineCore", "PySide6.QtWebEngineWidgets", "PySide6.QtWebChannel")
GEO_FILES = ("geopandas", "pandas", "pyogrio", "pyproj", "shapely", "numpy")
SERVER_OTHERS = """
    apsw argon2 asyncpg chinese_calendar cryptography httptools httpx litestar msgspec numpy platformdirs
    pypinyin pyproj shapely structlog uvicorn uvloop zstandard
    """.split()

RULES: dict[str, Rule] = {
    "casework": CASEWORK,
    "casework.coverage": CASEWORK._replace(others=("msgspec", "numpy", "shapely")),
    "casework.figures": CASEWORK._replace(others=("msgspec", "numpy")),
    "casework.assist": CASEWORK._replace(others=("msgspec", "numpy")),
    "gridseat_files": Rule(),
    "server": Rule(ours=("server", "casework", "gridseat_files"), others=tuple(SERVER_OTHERS)),
    "server.imports": Rule(
        ours=("server", "casework", "gridseat_files"),
        others=(*SERVER_OTHERS, *GEO_FILES, "branca", "folium", "openpyxl"),
    ),
    "server.replay": Rule(
        ours=("server", "casework", "gridseat_files"), others=(*SERVER_OTHERS, *GEO_FILES, "openpyxl")
    ),
    "app": Rule(),
    # The composition root: the only files that know everybody.
    "app.__main__": Rule(ours=("app", "casework", "server", "gridseat_files"), others=("*",)),
    "app.start": Rule(ours=("app", "casework", "server", "gridseat_files"), others=("*",)),
    # Rooms of the root: what it needs before Qt, the demonstration, the walk through the screens, the self-check.
    "app.arguments": Rule(others=("msgspec",)),
    "app.machine": Rule(),
    "app.logs": Rule(others=("structlog",)),
    "app.memory": Rule(),
    "app.replayed": Rule(ours=("app.replayed", "gridseat_files"), others=("msgspec",)),
    "app.demo_hall": Rule(ours=("app", "casework", "gridseat_files"), others=("*",)),
    "app.tour": Rule(ours=("app", "casework", "gridseat_files"), others=("*",)),
    "app.selfcheck": Rule(ours=("app", "casework", "gridseat_files"), others=("*",)),
    "app.paths": Rule(ours=("app.paths", "gridseat_files"), others=("platformdirs",)),
    "app.settings": Rule(ours=("app.settings", "app.paths", "gridseat_files"), others=("msgspec",)),
    # Colours, type sizes, mark shapes and style sheets as data: whoever draws may read them.
    LOOKS: Rule(ours=(LOOKS,), others=("msgspec",), never=NETWORK),
    "app.files": Rule(
        ours=("app.files", "casework"),
        others=(*GEO_FILES, *QT_MODEL, "branca", "docx", "folium", "msgspec", "openpyxl"),
        never=NETWORK,
    ),
    "app.cache": Rule(
        ours=("app.cache", "casework"),
        others=("apsw", "cryptography", "msgspec", "numpy", "sqlite_utils", "structlog", "zstandard"),
        never=NETWORK,
    ),
    "app.commandbar": Rule(
        ours=("app.commandbar", "app.cache", "casework"), others=("msgspec", "numpy", "pypinyin"),
        never=NETWORK
    ),
    "app.link": Rule(
        ours=("app.link", "app.cache", "casework"), others=("httpx", "msgspec", "structlog", "zstandard")
    ),
    "app.importing": Rule(ours=("app.importing", "app.link", "casework"), others=QT_CORE, never=NETWORK),
    "app.session": Rule(
        ours=("app.session", "app.importing", "app.cache", "app.link", "casework"),
        others=("msgspec", *QT_CORE),
        never=NETWORK,
    ),
    "app.actions": Rule(ours=("app.actions", "casework"), others=("msgspec",), never=NETWORK),
    "app.models": Rule(
        ours=("app.models", "app.session", "app.cache", "app.commandbar", "casework", LOOKS),
        others=("msgspec", "numpy", *QT_MODEL),
        never=NETWORK,
    ),
    "app.map": Rule(
        ours=("app.map", "app.session", "app.cache", "casework", "gridseat_files", LOOKS),
        others=("msgspec", "numpy", *QT_WIDGETS, *QT_WEB, *QT_LIFE),
        never=NETWORK,
    ),
    "app.map.layers": Rule(ours=("app.map.layers", "casework", LOOKS), others=("msgspec",), never=NETWORK),
    "app.widgets": Rule(
        ours=(
            "app.widgets", "app.models", "app.actions", "app.session", "app.map.view", "app.commandbar",
            "casework", LOOKS,
        ),
        others=("msgspec", "numpy", "pyqtgraph", "qtawesome", *QT_WIDGETS, *QT_LIFE),
        never=NETWORK | {"json", "sqlite3"},
    ),
}  # fmt: skip

# Nobody imports the roots; a root may import a root.
ROOTS = ("app.__main__", "app.start", "app.demo_hall", "app.tour", "app.selfcheck", "server.__main__")
