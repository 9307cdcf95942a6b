"""The custom URL scheme: the page's own files and the tiles, nothing else, read-only, and only for the page itself.

`register_scheme` must be called before the application object exists (the web engine reads its schemes once).
There is no port, no file access and no network behind this scheme: a fixed list of files and one tile factory.
"""

from __future__ import annotations

import logging
from types import MappingProxyType

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QUrl
from PySide6.QtWebEngineCore import QWebEngineUrlRequestJob, QWebEngineUrlScheme, QWebEngineUrlSchemeHandler

from app.map.tiles.canvas import TileKey
from app.map.tiles.factory import MIME, TileFactory
from gridseat_files import find

log = logging.getLogger(__name__)

SCHEME = b"gridseat"
HOST = "map"
PAGE_URL = "gridseat://map/index.html"
ORIGIN = "gridseat://map"

CONTENT_POLICY = (
    "default-src 'none'; script-src gridseat://map; style-src gridseat://map; img-src gridseat://map;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HTML, SCRIPT, STYLE = b"text/html", b"text/javascript", b"text/css"

# Path of the address -> file below resources/web (or Qt's own resource) and its type.
FILES = MappingProxyType(
    {
        "/index.html": ("resources/web/map/index.html", HTML),
        "/map.js": ("resources/web/map/map.js", SCRIPT),
        "/map.css": ("resources/web/map/map.css", STYLE),
        "/vendor/ol.js": ("resources/web/vendor/ol.js", SCRIPT),
        "/vendor/ol.css": ("resources/web/vendor/ol.css", STYLE),
        "/vendor/proj4.js": ("resources/web/vendor/proj4.js", SCRIPT),
        "/qwebchannel.js": (":/qtwebchannel/qwebchannel.js", SCRIPT),
    }
)


def register_scheme() -> None:
    """Makes the scheme known; before QApplication, once."""
    if QWebEngineUrlScheme.schemeByName(SCHEME).name() == SCHEME:
        return
    scheme = QWebEngineUrlScheme(SCHEME)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
    QWebEngineUrlScheme.registerScheme(scheme)


def tile_address(stamp: str, ratio: float) -> str:
    """The address of all tiles of a stamp; the page fills in level, column and row."""
    return f"{ORIGIN}/tile/{stamp}/{round(ratio * 100)}/{{z}}/{{x}}/{{y}}"


def tile_of(path: str) -> tuple[str, TileKey] | None:
    """Stamp and tile of an address's path, or None where it names none."""
    parts = path.split("/")
    if len(parts) != 7 or parts[:2] != ["", "tile"]:
        return None
    stamp, *numbers = parts[2:]
    if not stamp.isalnum() or not all(number.isdecimal() and len(number) < 7 for number in numbers):
        return None
    percent, z, x, y = (int(number) for number in numbers)
    return stamp, TileKey(z, x, y, percent / 100)


class PageScheme(QWebEngineUrlSchemeHandler):
    """Answers the page's requests; everything unknown is denied."""

    def __init__(self, factory: TileFactory) -> None:
        super().__init__(factory)
        self._factory = factory

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        """Qt's entry point, on the GUI thread."""
        url = job.requestUrl()
        if not self._is_allowed(job, url):
            log.warning("map_request_denied", extra={"path": url.path()})
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        tile = tile_of(url.path())
        if tile is not None:
            self._factory.order(*tile, lambda body: _answer(job, MIME, body))
            return
        _answer(job, FILES[url.path()][1], _read(FILES[url.path()][0]))

    def _is_allowed(self, job: QWebEngineUrlRequestJob, url: QUrl) -> bool:
        if bytes(job.requestMethod().data()) != b"GET" or url.host() != HOST or url.hasQuery():
            return False
        if url.path() not in FILES and tile_of(url.path()) is None:
            return False
        asker = job.initiator()
        if asker.scheme() == SCHEME.decode():
            return asker.host() == HOST
        # The first load has no asker, or an opaque one; only the page itself asks for the rest.
        return url.path() == "/index.html" and asker.toString() in ("", "null")


def _read(name: str) -> bytes | None:
    if not name.startswith(":"):
        try:
            return find(name).read_bytes()
        except FileNotFoundError:
            log.error("map_file_missing", extra={"path": name})
            return None
    file = QFile(name)
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        return None
    return bytes(file.readAll().data())


def _answer(job: QWebEngineUrlRequestJob, mime: bytes, body: bytes | None) -> None:
    if not shiboken6.isValid(job):
        return  # the page no longer wants it
    if body is None:
        job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
        return
    # The buffer belongs to the job: freed earlier, the engine reads freed memory.
    buffer = QBuffer(job)
    buffer.setData(QByteArray(body))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    # Lists, whatever the stubs say: a header may come several times.
    job.setAdditionalResponseHeaders(
        {
            QByteArray(b"Content-Security-Policy"): [QByteArray(CONTENT_POLICY.encode())],  # type: ignore[dict-item]
            QByteArray(b"X-Content-Type-Options"): [QByteArray(b"nosniff")],  # type: ignore[dict-item]
        }
    )
    job.reply(QByteArray(mime), buffer)
