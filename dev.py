#!/usr/bin/env python3
"""The two commands and every chore; standard library only, works on a bare machine.

python3 dev.py run [--headless] [--shots DIR] [--seats N] [--size WxH] ...
      the demonstration city: a centre, a trickle of reports and a seat (N seats);
      without a display it runs headless and writes pictures into --shots (default: shots);
      --city full: a city as large as the largest; --replay boston2011: recorded cases, lived through again
python3 dev.py test [--all] [--require-data] [pytest arguments]
      the tests; --all adds the slow ones and those that need PostgreSQL
python3 dev.py check
      format, lint, types, rules of the repository
python3 dev.py bench [NAME] [--json FILE] [its arguments]
      one benchmark, or all of them
python3 dev.py build [--anew] [--strict]
      the pages' libraries and the table of characters where they are missing (--anew: in any case), and
      the translations from the sources' strings and resources/i18n/parts; --strict fails where one is missing
python3 dev.py lock
      requirements.lock and package-lock.json, resolved anew (needs uv)
python3 dev.py exec -- COMMAND ...
      anything inside the environment
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from devkit import bundle, characters, environment, strings, system
from devkit.places import LOCK, ROOT, VENV_PYTHON, say, stop

PYTHON = str(VENV_PYTHON)
# Typed strictly; the rest of app is held together by its tests and by Qt's own checks.
TYPED = [
    "casework",
    "server",
    "gridseat_files",
    "app/cache",
    "app/link",
    "app/look",
    "bench",
    "devkit",
    "dev.py",
]
STYLED = ["."]


def prepare(*, page: bool = True) -> None:
    """Everything that must be there before something can run inside the environment."""
    system.check_python()
    system.check_system()
    environment.ensure()
    characters.ensure()
    if page:
        bundle.ensure()
        strings.ensure()


def inside(command: list[str], more_env: dict[str, str] | None = None) -> int:
    """Runs a command inside the environment, from the checkout's root; returns its code."""
    env = environment.variables()
    env.update(more_env or {})
    try:
        return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
    except FileNotFoundError:
        say(f"no such command: {command[0]}")
        return 127
    except KeyboardInterrupt:
        return 130


def qt_environment(*, is_headless: bool) -> dict[str, str]:
    """What Qt must find in the environment before it is imported; what a person has set stays."""
    wanted = {
        "QT_QUICK_BACKEND": "software",
        "QTWEBENGINE_CHROMIUM_FLAGS": "--disable-gpu --disable-dev-shm-usage",
    }
    if is_headless:
        wanted["QT_QPA_PLATFORM"] = "offscreen"
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium refuses to start its sandbox as root.
        wanted["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    return {name: value for name, value in wanted.items() if name not in os.environ}


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def do_run(words: list[str]) -> int:
    prepare()
    words = list(words)
    if not _has_display() and "--headless" not in words:
        say("no display here: running headless")
        words.append("--headless")
    is_headless = "--headless" in words
    if is_headless and not any(word == "--shots" or word.startswith("--shots=") for word in words):
        words += ["--shots", "shots"]
    return inside([PYTHON, "-m", "app", "--demo", *words], qt_environment(is_headless=is_headless))


def do_test(words: list[str]) -> int:
    prepare()
    words = list(words)
    if "--all" in words:
        words.remove("--all")
        # The last -m wins over the one in pyproject.toml that leaves the slow ones out.
        words += ["-m", ""]
    return inside([PYTHON, "-m", "pytest", *words], qt_environment(is_headless=True))


def do_check(words: list[str]) -> int:
    prepare()
    typed = [name for name in TYPED if (ROOT / name).exists()]
    steps = {
        "format": [PYTHON, "-m", "ruff", "format", "--check", *STYLED],
        "lint": [PYTHON, "-m", "ruff", "check", *STYLED],
        "types": [PYTHON, "-m", "mypy", *typed],
        "rules": [PYTHON, "-m", "pytest", "-q", "tests/repo", *words],
    }
    failed = []
    for name, command in steps.items():
        say(f"check: {name}")
        if inside(command, qt_environment(is_headless=True)) != 0:
            failed.append(name)
    say(f"check failed: {', '.join(failed)}" if failed else "check passed")
    return 1 if failed else 0


def _bench_names() -> list[str]:
    """Modules in bench/ that can be run; others there are what several of them share."""
    modules = [path for path in (ROOT / "bench").glob("*.py") if path.stem != "report"]
    return sorted(
        path.stem for path in modules if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    )


def do_bench(words: list[str]) -> int:
    prepare()
    names = _bench_names()
    if words and not words[0].startswith("-"):
        name, words = words[0], words[1:]
        if name not in names:
            stop(f"no benchmark {name!r}; there are: {', '.join(names) or 'none yet'}")
        names = [name]
    json_file, words = _take_json(words)
    results: list[object] = []
    code = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix="gridseat-bench-") as folder:
            file = Path(folder) / "results.json"
            command = [PYTHON, "-m", f"bench.{name}", "--json", str(file), *words]
            code = inside(command, qt_environment(is_headless=True)) or code
            if file.exists():
                results += json.loads(file.read_text(encoding="utf-8"))
    if json_file:
        Path(json_file).write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return code


def _take_json(words: list[str]) -> tuple[str | None, list[str]]:
    for index, word in enumerate(words):
        if word.startswith("--json="):
            return word.partition("=")[2], words[:index] + words[index + 1 :]
        if word == "--json":
            if index + 1 == len(words):
                stop("--json needs a file name")
            return words[index + 1], words[:index] + words[index + 2 :]
    return None, words


def do_build(words: list[str]) -> int:
    prepare(page=False)
    if "--anew" in words:
        bundle.make()
        characters.make()
    else:
        bundle.ensure()
    return 1 if strings.refresh() and "--strict" in words else 0


def do_lock(words: list[str]) -> int:
    prepare(page=False)
    uv = shutil.which("uv")
    if not uv:
        stop("uv is needed to resolve for every system at once: python3 -m pip install uv")
    command = [uv, "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11", "-q"]
    command += ["--all-extras", "--no-header", "--no-annotate", "--no-emit-index-url", *words]
    if inside([*command, "pyproject.toml", "-o", str(LOCK)]) != 0:
        stop("uv could not resolve; see above")
    bundle.relock()
    for path in (LOCK, bundle.PACKAGE_LOCK):
        if "://" in path.read_text(encoding="utf-8"):
            stop(f"{path.name} contains an address")
    return 0


def do_exec(words: list[str]) -> int:
    prepare(page=False)
    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        print(__doc__, file=sys.stderr)
        return 2
    found = shutil.which(words[0], path=environment.variables()["PATH"])
    return inside([found or words[0], *words[1:]])


CHORES = {
    "run": do_run,
    "test": do_test,
    "check": do_check,
    "bench": do_bench,
    "build": do_build,
    "lock": do_lock,
    "exec": do_exec,
}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in CHORES:
        is_asked = bool(argv) and argv[0] in ("help", "-h", "--help")
        print(__doc__, file=sys.stdout if is_asked else sys.stderr)
        return 0 if is_asked else 2
    return CHORES[argv[0]](argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
