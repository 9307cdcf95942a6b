"""gridseat-centre serve DIR: serve a founded folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from server.logs import start_log, stop_log
from server.paths import Paths
from server.serving import Door, serve

NAME = "serve"
HELP = "serve a founded folder"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dir", type=Path)
    parser.add_argument("--host", default=Door().host)
    parser.add_argument("--port", type=int, default=Door().port, help="0 picks a free one")
    parser.add_argument("--tls-cert", default="", help="certificate chain, PEM")
    parser.add_argument("--tls-key", default="", help="its private key, PEM")
    parser.add_argument(
        "--trickle", type=float, default=0, metavar="SECONDS", help="register a made-up report this often"
    )


def run(asked: argparse.Namespace, say: Callable[[str], None]) -> int:
    door = Door(asked.host, asked.port, asked.tls_cert, asked.tls_key)
    if Paths(asked.dir).database.is_file():
        start_log(Paths(asked.dir).log)
    try:
        serve(asked.dir, door, say, asked.trickle)
    finally:
        stop_log()
    return 0
