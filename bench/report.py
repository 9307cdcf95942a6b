"""What every benchmark prints: the machine's calibration, then a table, and with --json the same as a list.

Promises: figures of one run come with the calibration of that run, so that two machines can be compared; a
ratio is always ours divided by the peer's. It measures nothing itself but the machine, and judges nothing: a
target beside a value is for people and for the tools that read the JSON.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

FSYNC_ROUNDS = 60
BLIT_ROUNDS = 60
LOOP_STEPS = 3_000_000


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `target` as people write it ("<= 20 s"); `peer` says what, which version, with which
    settings.
    """

    metric: str
    value: float
    unit: str
    target: str | None = None
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None


def measure(
    metric: str,
    value: float,
    unit: str,
    *,
    target: str | None = None,
    peer: str | None = None,
    peer_value: float | None = None,
) -> Measure:
    """A figure with its ratio to the peer's, where there is a peer."""
    ratio = value / peer_value if peer_value else None
    return Measure(
        metric=metric, value=value, unit=unit, target=target, peer=peer, peer_value=peer_value, ratio=ratio
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie; linear between two neighbours."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def calibrate(folder: Path | None = None) -> list[Measure]:
    """The machine in three figures: making 4 KiB durable, moving a screen of pixels, running a loop.

    `folder` is where the benchmark's own files lie, so that the disk is the same one.
    """
    return [
        measure("calibration: fsync of 4 KiB, p50", _fsync_ms(folder), "ms"),
        measure("calibration: empty blit 1600x900, p50", _blit_ms(), "ms"),
        measure("calibration: CPU loop", _loop_steps_per_s() / 1e6, "M steps/s"),
    ]


def _timed_ms(rounds: int, act: Callable[[], object]) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return quantile(times, 0.5)


def _fsync_ms(folder: Path | None) -> float:
    block = os.urandom(4096)
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:

        def write() -> None:
            file.write(block)
            os.fsync(file.fileno())

        return _timed_ms(FSYNC_ROUNDS, write)


def _blit_ms() -> float:
    # Only here: a benchmark of the centre alone still has to be calibrated the same way.
    from PySide6.QtGui import QColor, QImage, QPainter

    source = QImage(1600, 900, QImage.Format.Format_RGB32)
    target = QImage(1600, 900, QImage.Format.Format_RGB32)
    source.fill(QColor("#20242a"))
    target.fill(0)

    def blit() -> None:
        painter = QPainter(target)
        painter.drawImage(0, 0, source)
        painter.end()

    return _timed_ms(BLIT_ROUNDS, blit)


def _loop_steps_per_s() -> float:
    start = time.perf_counter()
    total = 0
    for step in range(LOOP_STEPS):
        total += step & 7
    return LOOP_STEPS / (time.perf_counter() - start)


def machine() -> str:
    """The machine in a line: system, processors, Python, load."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.platform()}, {os.cpu_count()} CPUs, Python {platform.python_version()}{load}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(measures: Sequence[Measure]) -> str:
    """The figures as aligned text."""
    rows = [("metric", "value", "unit", "target", "ratio", "peer value", "peer")]
    for each in measures:
        figures = (_number(each.ratio), _number(each.peer_value), each.peer or "")
        rows.append((each.metric, _number(each.value), each.unit, each.target or "", *figures))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def run(
    name: str,
    measure_all: Callable[[argparse.Namespace], list[Measure]],
    add_arguments: Callable[[argparse.ArgumentParser], None] | None = None,
    argv: Sequence[str] | None = None,
) -> int:
    """The main() of a benchmark: arguments, calibration, figures, JSON. Returns a process code."""
    parser = argparse.ArgumentParser(prog=f"dev.py bench {name}")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures as a list")
    if add_arguments:
        add_arguments(parser)
    arguments = parser.parse_args(argv)
    print(f"== {name}: {machine()}")
    measures = calibrate()
    print(table(measures), flush=True)
    measures += measure_all(arguments)
    print(table(measures), flush=True)
    if arguments.json:
        # The name in front keeps two benchmarks apart in one file.
        named = [msgspec.structs.replace(each, metric=f"{name}: {each.metric}") for each in measures]
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(named), indent=1) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(run("report", lambda _arguments: []))
