"""A seat without a screen that works and types until it is killed; what it has been told is said on its output.

SIGNED                   logged in
DRAFT <number>           the draft found on the disk, -1 where there was none
TYPED <number> <time>    handed to the engine at this time of the system's steady clock
DONE <command> <case>    `perform` has returned
EMPTY                    nothing is unsent (only when asked to empty the outbox)
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import structlog

from app.link.engine import Engine
from app.link.link import Pace
from casework.catalogue.load import load_catalogues
from casework.commands.add_note import AddNote
from casework.entities.person import Person
from casework.ids import CaseId
from gridseat_files import find
from tests.casework.build import register

TYPING_S = 0.03


def say(*words: object) -> None:
    print(*words, flush=True)


def log_beside() -> None:
    """Two threads that write on one output break each other's lines: the log goes elsewhere."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def main(folder: str, url: str, person: str, password: str, is_last: bool) -> None:
    log_beside()
    pace = Pace(beat_s=0.1, retry_s=0.05, retry_most_s=0.4, files_s=60.0)
    catalogues = load_catalogues(lambda name: find(f"resources/catalogue/{name}").read_bytes())
    engine = Engine(Path(folder), url, catalogues, lambda _: None, "w", pace=pace)
    said = engine.sign_in(person, password).result(60)
    assert isinstance(said, Person), said
    say("SIGNED")
    draft = engine.drafts().get("typing", "")
    say("DRAFT", len(draft.split()) - 1)
    if is_last:
        empty(engine)
        return
    work(engine, draft.split())


def work(engine: Engine, words: list[str]) -> None:
    """Until somebody kills it; the typing goes on where it had been lost."""
    case = ""
    while True:
        words.append(f"字{len(words)}")
        at_s = time.monotonic()
        engine.put_draft("typing", " ".join(words))
        say("TYPED", len(words) - 1, at_s)
        if len(words) % 3 == 1:
            case = do(engine, case, len(words))
        time.sleep(TYPING_S)


def do(engine: Engine, case: str, number: int) -> str:
    """A report where there is a number for it, else a note."""
    taken = engine.take_number() if number % 2 else None
    if taken:
        say("DONE", engine.perform(register(taken)), taken)
        return taken
    if case:
        note = AddNote(case=CaseId(case), note=f"{case}-{number}-{time.monotonic_ns()}", text="x")
        say("DONE", engine.perform(note), case)
    return case


def empty(engine: Engine) -> None:
    """Everything out, then a clean end."""
    until_s = time.monotonic() + 60
    while engine.call(lambda core: bool(core.side.pending())):
        assert time.monotonic() < until_s, "the outbox does not empty"
        time.sleep(0.02)
    refused = [line.refusal for line in engine.view.lines]
    assert refused == [], refused
    say("EMPTY")
    engine.stop()


if __name__ == "__main__":
    main(*sys.argv[1:5], is_last=sys.argv[5] == "last")
