"""The check of a centre's store finds each planted fault, and none where there is none."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from casework.commands.add_note import AddNote
from casework.commands.claim import ClaimCase
from casework.commands.release import Release
from casework.ids import CaseId
from server.__main__ import main
from server.paths import Paths
from server.store import NotOpenable
from server.store.sqlite import SqliteStore
from server.store.verify import verify
from tests.server.ground import Caller, accepted, founded, opened, registered, run


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre where something happened."""
    paths = founded(tmp_path_factory.mktemp("verify") / "centre")
    caller = Caller(paths)

    async def work(store: SqliteStore) -> None:
        case = CaseId(await registered(store, caller))
        commands = (ClaimCase(case=case), AddNote(case=case, note="n", text="x"), Release(case=case))
        for command in commands:
            accepted((await store.push(caller.push(caller.sent(command))))[0])

    with opened(paths) as store:
        run(work(store))
    return paths.database


@pytest.fixture
def database(worked: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "centre.db"
    copy.write_bytes(worked.read_bytes())
    return copy


def plant(database: Path, *statements: str) -> list[str]:
    db = apsw.Connection(str(database))
    for statement in statements:
        db.execute(statement)
    db.close()
    return verify(database)[0]


def test_that_a_sound_store_is_called_sound(database: Path) -> None:
    faults, entries = verify(database)
    assert (faults, entries) == ([], 14)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE log SET body = CAST(replace(body, 'x', 'y') AS BLOB) WHERE entity = 'note'", "hash differs"),
        ("UPDATE log SET at_ms = at_ms + 1 WHERE seq = 3", "entry 3 is not what was written"),
        ("UPDATE log SET joined = '[\"everybody\"]' WHERE seq = 11", "hash differs"),
        ("UPDATE command SET sent = CAST(replace(sent, 'zhang', 'li') AS BLOB)", "hash differs"),
        ("UPDATE command SET sent = replace(sent, 'zhang', 'li')", "not of the shape"),
        ("UPDATE row_case SET body = CAST('[]' AS BLOB)", "is not what the ledger says last"),
        ("UPDATE receipt SET verdict = CAST('[]' AS BLOB)", "not of the shape"),
        ("UPDATE log SET leaf = zeroblob(32) WHERE seq = 5", "the chain breaks at entry 5"),
        ("UPDATE log SET chain = zeroblob(32) WHERE seq = 5", "the chain breaks at entry 5"),
        ("DELETE FROM log WHERE seq = 5", "entry 5 is missing"),
        ("DELETE FROM log WHERE seq = 14", "the ledger ends at 13"),
        ("UPDATE authority SET seq = 99", "its head is 99"),
        ("UPDATE authority SET chain = zeroblob(32)", "the ledger's last link"),
        ("UPDATE row_note SET body = replace(body, 'x', 'y')", "note n is not what the ledger says last"),
        ("UPDATE row_note SET ver = 2", "note n is not what"),
        ("UPDATE row_note SET \"case\" = 'z'", "its columns are not its fields"),
        ("DELETE FROM row_case", "is missing: the ledger has it"),
        (
            "INSERT INTO row_claim SELECT key, 1, 12, 'seat-1', body FROM log WHERE entity = 'claim' LIMIT 1",
            "claim",
        ),
        ("DELETE FROM receipt WHERE n = 2 AND seat = 'seat-1'", "receipt of seat seat-1 number 2"),
        ("DELETE FROM command WHERE id = 'seat-1-2'", "names a command that is not stored"),
        ("UPDATE seat SET high_n = 9 WHERE seat = 'seat-1'", "highest number is 9"),
        (
            "UPDATE receipt SET verdict = replace(verdict, '\"seq\":14', '\"seq\":13')",
            "does not answer for it",
        ),
        ("DELETE FROM feed WHERE seq = 11 AND channel = 'city'", "the feed tells entry 11"),
        ("INSERT INTO feed VALUES ('unit:u', 11, 'put')", "the feed tells entry 11"),
        ("UPDATE feed SET op = 'del' WHERE seq = 11 AND channel = 'city'", "the feed tells entry 11"),
        ("INSERT INTO feed VALUES ('city', 99, 'put')", "entry 99, which is not there"),
    ],
)
def test_that_a_planted_fault_is_found(database: Path, statement: str, word: str) -> None:
    faults = plant(database, statement)
    assert any(word in fault for fault in faults), faults


def test_that_a_damaged_file_is_named_as_such(database: Path) -> None:
    body = bytearray(database.read_bytes())
    body[4096 * 3 : 4096 * 6] = bytes(4096 * 3)
    database.write_bytes(body)
    faults, _ = verify(database)
    assert any("damaged" in fault for fault in faults)
    database.write_bytes(b"not a database at all" * 400)
    assert "damaged" in verify(database)[0][0]


def test_that_a_folder_without_a_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotOpenable):
        verify(tmp_path / "centre.db")


def test_that_the_command_answers_by_its_exit_code(
    paths: Paths, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(paths.root)]) == 0
    assert "sound" in capsys.readouterr().out
    plant(paths.database, "UPDATE authority SET seq = 99")
    assert main(["verify", str(paths.root)]) == 1
    assert "its head is 99" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "nowhere")]) == 2
    assert "not initialised" in capsys.readouterr().err
