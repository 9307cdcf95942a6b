"""The Chinese translation: from the sources' English strings to resources/i18n/zh_CN.ts and .qm.

The pairs are written by people in resources/i18n/parts/*.tsv (context, English, Chinese; one per line). The
.ts is made from the sources by lupdate and filled from the parts; it is committed. The .qm is compiled from
it and is not. Promises: a second run changes nothing; two parts that disagree are an error, never a matter of
order.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from devkit import environment
from devkit.oneatatime import one_at_a_time
from devkit.places import ROOT, VENV, VENV_BIN, say, stop

I18N = ROOT / "resources" / "i18n"
PARTS = I18N / "parts"
TS = I18N / "zh_CN.ts"
QM = I18N / "zh_CN.qm"
SOURCES = "app"
LANGUAGE = "zh_CN"

Pairs = dict[tuple[str, str], str]


class PartError(Exception):
    """A line of a part that cannot be used; says which."""


def _unescape(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t")


def read_parts(folder: Path) -> Pairs:
    """Every pair of the parts: (context, English) -> Chinese."""
    pairs: Pairs = {}
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = line.split("\t")
            if len(fields) != 3 or not all(fields):
                raise PartError(
                    f"{path.name}:{number}: context, English and Chinese, between tabs, are needed"
                )
            context, english, chinese = (_unescape(field) for field in fields)
            known = pairs.setdefault((context, english), chinese)
            if known != chinese:
                raise PartError(f"{path.name}:{number}: {context} / {english!r} is {known!r} elsewhere")
    return pairs


def fill(ts: Path, pairs: Pairs) -> int:
    """Writes the pairs into a .ts; returns how many of its messages are still untranslated."""
    tree = ET.parse(ts)
    unfinished = 0
    for context in tree.getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None:
                translation = ET.SubElement(message, "translation", {"type": "unfinished"})
            chinese = pairs.get((name, message.findtext("source") or ""))
            if chinese is not None:
                _set(translation, chinese, message.get("numerus") == "yes")
            unfinished += translation.get("type") == "unfinished"
    body = ET.tostring(tree.getroot(), encoding="unicode")
    ts.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return unfinished


def _set(translation: ET.Element, chinese: str, has_number: bool) -> None:
    translation.attrib.pop("type", None)
    for child in list(translation):
        translation.remove(child)
    if has_number:
        # Chinese has one plural form.
        translation.text = None
        ET.SubElement(translation, "numerusform").text = chinese
    else:
        translation.text = chinese


def _tool(name: str, *words: str) -> str:
    command = [str(VENV_BIN / f"pyside6-{name}"), *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment.variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        stop(f"pyside6-{name} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def update(ts: Path) -> None:
    """Brings a .ts up to the strings in the sources; keeps the translations it has."""
    # A folder without -extensions finds nothing; without -locations none every moved line changes the file.
    words = ["-extensions", "py", "-locations", "none", "-no-obsolete", "-target-language", LANGUAGE]
    _tool("lupdate", *words, SOURCES, "-ts", str(ts))


def refresh() -> int:
    """Sources and parts -> .ts -> .qm; returns how many messages are still untranslated."""
    try:
        pairs = read_parts(PARTS)
    except PartError as error:
        stop(str(error))
    with one_at_a_time(VENV / "strings.lock"):
        I18N.mkdir(parents=True, exist_ok=True)
        update(TS)
        unfinished = fill(TS, pairs)
        # Once more, so that the file has lupdate's own spelling and a later run leaves it alone.
        update(TS)
        release()
    if unfinished:
        say(f"{unfinished} strings have no Chinese yet; add them to {PARTS.relative_to(ROOT)}")
    return unfinished


def release() -> None:
    """.ts -> .qm"""
    _tool("lrelease", "-silent", str(TS), "-qm", str(QM))


def ensure() -> None:
    """Compiles the .qm unless it is newer than the .ts."""
    if not TS.exists() or (QM.exists() and QM.stat().st_mtime >= TS.stat().st_mtime):
        return
    with one_at_a_time(VENV / "strings.lock"):
        release()


def main() -> int:
    """For lists: prints what is untranslated in the .ts."""
    for context in ET.parse(TS).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation is None or translation.get("type") == "unfinished":
                print(f"{context.findtext('name')}\t{message.findtext('source')}", file=sys.stdout)
    return 0
