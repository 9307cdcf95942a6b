"""What the operating system must bring before Qt is imported: C library, shared libraries, Chinese font.

Looks by ctypes.CDLL on the sonames Qt and its web engine need, never by asking a package database: what
counts is whether the library loads. Installs by apt where it may (root, or sudo without a password),
otherwise prints the one command to type. Does nothing on Windows and macOS, whose wheels bring all they need.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from devkit.places import say, stop

# soname -> Debian package. The first group serves tests and headless runs, the second a seat on X11.
LIBRARIES = {
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libxcb.so.1": "libxcb1",
    "libxcb-dri3.so.0": "libxcb-dri3-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbfile.so.1": "libxkbfile1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libasound.so.2": "libasound2",
    "libnss3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libgbm.so.1": "libgbm1",
    "libudev.so.1": "libudev1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONT_PACKAGE = "fonts-noto-cjk"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
CHINESE_FONT = re.compile(
    r"cjk|sourcehan|source-han|wqy|uming|ukai|droidsansfallback|simsun|simhei|msyh|fangsong|harmonyos",
    re.IGNORECASE,
)
GLIBC_NEEDED = {"x86_64": (2, 34), "aarch64": (2, 39)}


def check_python() -> None:
    """Starts again under a newer Python where this one is too old."""
    # Compared as a value: this file also runs where the project itself cannot.
    here: tuple[int, ...] = sys.version_info[:2]
    if here >= (3, 11):
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])
    stop(f"Python 3.11 or newer is needed, this is {platform.python_version()}")


def missing_libraries() -> list[str]:
    """The sonames that do not load here."""
    missing = []
    for soname in LIBRARIES:
        try:
            ctypes.CDLL(soname)
        except OSError:
            missing.append(soname)
    return missing


def has_chinese_font() -> bool:
    """Whether any installed font file carries Chinese, by its name; fontconfig is asked last."""
    for folder in FONT_FOLDERS:
        for _, _, names in os.walk(Path(folder).expanduser()):
            if any(CHINESE_FONT.search(name) for name in names):
                return True
    fc_list = shutil.which("fc-list")
    if not fc_list:
        return False
    listed = subprocess.run([fc_list, ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def check_glibc() -> None:
    """Says so, and stops, where the C library is older than the Qt wheels need."""
    needed = GLIBC_NEEDED.get(platform.machine())
    name, version = platform.libc_ver()
    if needed is None or name != "glibc":
        return
    have = tuple(int(part) for part in version.split(".")[:2])
    if have < needed:
        stop(
            f"this system has glibc {version}, the Qt wheels for {platform.machine()} need "
            f"{needed[0]}.{needed[1]} or newer: use a newer release of the system (see README)"
        )


def _apt_prefix() -> list[str] | None:
    """How apt may be called without asking anybody, or None."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    return None


def _is_known_to_apt(package: str) -> bool:
    shown = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package], capture_output=True, text=True, check=False
    )
    return shown.returncode == 0 and bool(shown.stdout.strip())


def apt_names(packages: list[str]) -> list[str]:
    """Package names as this release spells them: newer ones add t64 to some."""
    return [f"{name}t64" if _is_known_to_apt(f"{name}t64") else name for name in packages]


def _run_apt(prefix: list[str], *words: str) -> int:
    # A second apt on the machine is waited for instead of failing on its lock.
    command = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=300",
        *words,
    ]
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode


def install(packages: list[str], reason: str) -> None:
    """Installs packages by apt, or prints the command and stops."""
    prefix = _apt_prefix()
    if prefix is None:
        if shutil.which("apt-get"):
            names = " ".join(apt_names(packages))
            stop(
                f"{reason}\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}"
            )
        stop(f"{reason}\n  (Debian names: {' '.join(packages)}; install their equivalents)")
    say(f"{reason}; installing by apt: {' '.join(packages)}")
    if _run_apt(prefix, "update", "-q") != 0:
        say("apt-get update failed; trying with the lists at hand")
    if _run_apt(prefix, "install", "-q", "-y", "--no-install-recommends", *apt_names(packages)) != 0:
        stop("apt-get install failed; see above")


def check_venv_module() -> None:
    """Debian splits venv from Python; without ensurepip a venv has no pip."""
    if importlib.util.find_spec("ensurepip") is not None:
        return
    versioned = f"python3.{sys.version_info.minor}-venv"
    package = versioned if shutil.which("apt-cache") and _is_known_to_apt(versioned) else "python3-venv"
    install([package], "Python's venv module is missing")


def check_system() -> None:
    """Everything Qt needs from the system, before Qt is imported."""
    if sys.platform != "linux":
        return
    check_glibc()
    missing = missing_libraries()
    packages = sorted({LIBRARIES[soname] for soname in missing})
    reasons = [f"system libraries are missing: {', '.join(missing)}"] if missing else []
    if not has_chinese_font():
        packages.append(FONT_PACKAGE)
        reasons.append("no Chinese font is installed")
    if not packages:
        return
    install(packages, "; ".join(reasons))
    still = missing_libraries()
    if still:
        stop(f"still missing after the installation: {', '.join(still)}")
