"""How long a seat takes from its process to a queue full of cases, beside a bare window of the same Qt.

Warm: the seat has worked before and its rows are on the disk. The clock starts before the process is made and stops
when the window has been painted with cases in its queue; the map and its files come after that, by design. The peer
is a process that shows an empty QWidget, timed the same way. The cold figure is the first start of a new seat.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.report import Measure, measure, quantile, run

ROUNDS = 5
INIT_S = 900
CHILD_S = 180
PERSON = "zhangmin"

SEAT = """
import gc, os, sys, time
from app import machine
machine.lighten(sys.modules)
gc.disable()
machine.set_environment(os.environ, is_headless=True)
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from app import start
from app.arguments import Asked

def seen(desk):
    loop = QEventLoop()
    while not desk.window.model.rowCount():
        QTimer.singleShot(2, loop.quit)
        loop.exec()
    desk.window.grab()
    print("SEEN", time.time_ns(), desk.window.model.rowCount(), flush=True)
    return 0

centre, folder, secret, user = sys.argv[1:5]
asked = Asked(centre=centre, user=user, password_file=Path(secret), data=Path(folder), is_headless=True)
sys.exit(start.run(asked, seen))
"""

PEER = """
import time
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(["peer"])
window = QWidget()
window.resize(1920, 1080)
window.show()
window.grab()
print("SEEN", time.time_ns(), 0, flush=True)
"""


def main(argv: list[str] | None = None) -> int:
    return run("start", measure_all, add_arguments, argv)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--city", default="small", help="the generated city (default: small)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)


def measure_all(asked: argparse.Namespace) -> list[Measure]:
    with tempfile.TemporaryDirectory(prefix="gridseat-start-") as name:
        folder = Path(name)
        centre = folder / "centre"
        subprocess.run(
            [sys.executable, "-m", "server", "init", str(centre), "--city", asked.city],
            check=True,
            timeout=INIT_S,
            stdout=subprocess.DEVNULL,
        )
        secret = folder / "password"
        secret.write_text(password_of(centre), encoding="utf-8")
        with serving(centre) as url:
            seat = [sys.executable, "-c", SEAT, url, str(folder / "seat"), str(secret), PERSON]
            cold_s, cases = seen_after_s(seat)
            warm_s = [seen_after_s(seat)[0] for _ in range(asked.rounds)]
        peer_s = [seen_after_s([sys.executable, "-c", PEER])[0] for _ in range(asked.rounds)]
    import PySide6

    peer = f"PySide6 {PySide6.__version__}, QApplication and one empty QWidget 1920x1080, offscreen"
    return [
        measure(
            f"process to {cases} cases in the queue, warm, p50",
            quantile(warm_s, 0.5),
            "s",
            target="<= 3 s",
            peer=peer,
            peer_value=quantile(peer_s, 0.5),
        ),
        measure("process to cases in the queue, warm, worst", max(warm_s), "s"),
        measure("process to cases in the queue, first start of a seat", cold_s, "s"),
    ]


def seen_after_s(command: list[str]) -> tuple[float, int]:
    """From before the process is made to its SEEN line; and how many cases it saw."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    began_ns = time.time_ns()
    done = subprocess.run(
        command,
        env=environ,
        capture_output=True,
        text=True,
        timeout=CHILD_S,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    for line in done.stdout.splitlines():
        if line.startswith("SEEN "):
            _, at_ns, cases = line.split()
            return (int(at_ns) - began_ns) / 1e9, int(cases)
    raise RuntimeError(f"nothing was seen (code {done.returncode}):\n{done.stderr[-2000:]}")


def password_of(centre: Path) -> str:
    lines = (centre / "secrets" / "demo-accounts.txt").read_text(encoding="utf-8").splitlines()
    return next(line.split("\t")[1] for line in lines if line.startswith(PERSON + "\t"))


@contextmanager
def serving(centre: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "server", "serve", str(centre), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if line.startswith("listening "):
                yield line.split()[1]
                break
        else:
            raise RuntimeError("the centre did not start")
    finally:
        process.terminate()
        process.wait(15)


if __name__ == "__main__":
    sys.exit(main())
