"""What this machine must bring, looked at before Qt is imported: C library, shared libraries, what Qt reads first.

Promises a sentence a person can act on instead of the loader's own. Standard library only. It installs nothing.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import MutableMapping
from types import ModuleType

GLIBC_NEEDED = {"x86_64": (2, 34), "aarch64": (2, 39)}
# Shared library -> Debian package: those whose absence keeps the window or the map from opening.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbfile.so.1": "libxkbfile1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libasound.so.2": "libasound2",
    "libnss3.so": "libnss3",
    "libgbm.so.1": "libgbm1",
}
M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2
# Only where a window is to be opened on X11.
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


# Pretty terminals, which two libraries import wherever they are installed: a fifth of a seat's start.
UNWANTED = ("rich",)


class Unsuitable(Exception):
    """The seat cannot start here; the text says what to do."""


def check(*, is_headless: bool) -> None:
    """Raises Unsuitable."""
    if sys.platform != "linux":
        return
    _check_glibc()
    wanted = LIBRARIES if is_headless else {**LIBRARIES, **WINDOW_LIBRARIES}
    missing = [soname for soname in wanted if not _loads(soname)]
    if missing:
        packages = " ".join(sorted({wanted[soname] for soname in missing}))
        raise Unsuitable(
            f"system libraries are missing: {', '.join(missing)}\n"
            f"on Debian or Ubuntu: sudo apt-get install --no-install-recommends {packages}\n"
            "(on newer releases some of these names end in t64)"
        )
    if not is_headless and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise Unsuitable("there is no display here: start it on a desktop, or with --headless")


def set_environment(environ: MutableMapping[str, str], *, is_headless: bool) -> None:
    """What Qt and its web engine read when they are loaded; what a person has set stays.

    No machine of ours has a graphics card worth the name: everything is drawn by the processor.
    """
    environ.setdefault("QT_QUICK_BACKEND", "software")
    environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu --disable-dev-shm-usage")
    if is_headless:
        environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium refuses to start its sandbox as root; anybody else keeps it.
        environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


def lighten(modules: MutableMapping[str, ModuleType]) -> None:
    """Before the libraries are imported: they do without what a seat has no use for."""
    for name in UNWANTED:
        # A name that is None here is one whose import fails.
        modules.setdefault(name, None)  # type: ignore[arg-type]


def share_memory(most_arenas: int = ARENAS) -> bool:
    """Lets all threads take memory from a few pools; false where the C library has no such word.

    glibc gives every thread a pool of its own and keeps in each what was once needed there: reading a whole city's
    rows in workers left a seat with 1.2 GB where 0.75 GB is in use (measured on the city full). Before any thread.
    """
    try:
        return bool(ctypes.CDLL(None).mallopt(M_ARENA_MAX, most_arenas))
    except (AttributeError, OSError, TypeError):
        return False


def _check_glibc() -> None:
    needed = GLIBC_NEEDED.get(platform.machine())
    name, version = platform.libc_ver()
    if needed is None or name != "glibc":
        return
    have = tuple(int(part) for part in version.split(".")[:2])
    if have < needed:
        wanted = ".".join(str(part) for part in needed)
        raise Unsuitable(f"glibc {wanted} or newer is needed, this system has {version}: use a newer system")


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True
