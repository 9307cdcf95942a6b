"""The page's surroundings: a profile without memory, a page that goes nowhere, and its way back after a crash.

It promises that the page reaches nothing but its own scheme, opens no window, downloads nothing and is granted no
permission. It does not know what the page shows.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, QUrl, Signal
from PySide6.QtWebChannel import QWebChannel
from PySide6.QtWebEngineCore import (
    QWebEngineDownloadRequest,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
)

from app.map.bridge import Bridge
from app.map.limits import CRASH_WINDOW_MS, CRASHES
from app.map.scheme import PAGE_URL, SCHEME, PageScheme

log = logging.getLogger(__name__)

_OFF = (
    QWebEngineSettings.WebAttribute.PluginsEnabled,
    QWebEngineSettings.WebAttribute.LocalStorageEnabled,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessRemoteUrls,
    QWebEngineSettings.WebAttribute.LocalContentCanAccessFileUrls,
    QWebEngineSettings.WebAttribute.JavascriptCanOpenWindows,
    QWebEngineSettings.WebAttribute.JavascriptCanAccessClipboard,
    QWebEngineSettings.WebAttribute.HyperlinkAuditingEnabled,
    QWebEngineSettings.WebAttribute.WebGLEnabled,
    QWebEngineSettings.WebAttribute.PdfViewerEnabled,
    QWebEngineSettings.WebAttribute.NavigateOnDropEnabled,
    QWebEngineSettings.WebAttribute.ErrorPageEnabled,
    QWebEngineSettings.WebAttribute.AutoLoadIconsForPage,
    QWebEngineSettings.WebAttribute.FocusOnNavigationEnabled,
    QWebEngineSettings.WebAttribute.ShowScrollBars,
)


class OnlyOurs(QWebEngineUrlRequestInterceptor):
    """Stops every request that leaves the scheme."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        """Qt's entry point."""
        if info.requestUrl().scheme() != SCHEME.decode():
            info.block(True)


class MapPage(QWebEnginePage):
    """`spoke` carries console messages of level warning and above; `lost` means it will not come back by itself."""

    spoke = Signal(str)
    crashed = Signal(int)  # how many times in a short while
    lost = Signal()

    def __init__(self, profile: QWebEngineProfile, bridge: Bridge, parent: QObject) -> None:
        super().__init__(profile, parent)
        self._times: list[int] = []
        self._clock = QElapsedTimer()
        self._clock.start()
        channel = QWebChannel(self)
        channel.registerObject("seat", bridge)
        self.setWebChannel(channel)
        for attribute in _OFF:
            self.settings().setAttribute(attribute, False)
        self.renderProcessTerminated.connect(self._on_terminated)
        self.permissionRequested.connect(QWebEnginePermission.deny)

    def start(self) -> None:
        """Loads the page; also the way back after `lost`."""
        self._times.clear()
        self.load(QUrl(PAGE_URL))

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, is_main: bool
    ) -> bool:
        """Only to the page itself."""
        return QUrl(url).toString() == PAGE_URL

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> None:  # type: ignore[override]
        """No window."""

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, text: str, line: int, source: str
    ) -> None:
        """What the page complains about goes to the log."""
        if level == QWebEnginePage.JavaScriptConsoleMessageLevel.InfoMessageLevel:
            return
        log.warning("map_page_console", extra={"text": text[:500], "line": line, "path": source[-80:]})
        self.spoke.emit(f"{source}:{line}: {text}")

    def _on_terminated(self, status: QWebEnginePage.RenderProcessTerminationStatus, code: int) -> None:
        if status == QWebEnginePage.RenderProcessTerminationStatus.NormalTerminationStatus:
            return
        now = self._clock.elapsed()
        self._times = [*(at for at in self._times if now - at < CRASH_WINDOW_MS), now]
        log.error(
            "map_page_terminated", extra={"status": status.name, "code": code, "count": len(self._times)}
        )
        self.crashed.emit(len(self._times))
        if len(self._times) >= CRASHES:
            self.lost.emit()
        else:
            # Not from within the engine's own report of the crash.
            QTimer.singleShot(0, self, lambda: self.load(QUrl(PAGE_URL)))


def make_profile(scheme: PageScheme, interceptor: OnlyOurs, parent: QObject | None) -> QWebEngineProfile:
    """A profile that keeps nothing and reaches nothing but the scheme."""
    profile = QWebEngineProfile(parent)
    profile.installUrlSchemeHandler(SCHEME, scheme)
    profile.setUrlRequestInterceptor(interceptor)
    profile.setSpellCheckEnabled(False)
    profile.downloadRequested.connect(QWebEngineDownloadRequest.cancel)
    return profile
