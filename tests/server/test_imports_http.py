"""Files from outside at a serving centre, over HTTP as a seat hands them in."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from casework.sync.imports import NONE, Profiles
from casework.workflow import Post
from server.component_file import read_components
from server.limits import IMPORT_BYTES, IMPORT_CHECK_S, IMPORTS_WAITING
from server.paths import Paths
from server.store.verify import verify
from tests.server.ground import Clock, Served, serving
from tests.server.imports import test_cases, test_components, test_grids
from tests.server.imports.seat import PEOPLE, Hand, kept_files, report_of
from tests.server.imports.town import PROFILES, csv, entries, founded_town, geojson, rows

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def founded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return founded_town(tmp_path_factory.mktemp("town") / "centre", people=PEOPLE).root


@pytest.fixture
def town(founded_once: Path, tmp_path: Path) -> Paths:
    shutil.copytree(founded_once, tmp_path / "centre")
    return Paths(tmp_path / "centre")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served_town(town: Paths, clock: Clock) -> Iterator[Served]:
    with serving(town, clock) as made:
        yield made


@pytest.fixture
def hand(served_town: Served) -> Hand:
    return Hand(served_town)


def components(folder: Path) -> Path:
    return csv(folder / "部件.csv", test_components.HEADER, test_components.GOOD)


def cases(folder: Path) -> Path:
    return csv(folder / "热线.csv", test_cases.HEADER, test_cases.GOOD)


# -- the way of a file


def test_that_a_checked_file_enters_once_in_its_persons_name_and_only_when_told(
    town: Paths, hand: Hand, tmp_path: Path
) -> None:
    before = entries(town)
    id_, report = hand.checked("components", components(tmp_path), PROFILES["components"])
    assert (report["new"], report["refused"], report["outcome"]) == (3, 0, "pending")
    assert report["file"]["name"] == "部件.csv"
    assert entries(town) == before and rows(town, "component") == {}
    told = hand.entered(id_)
    assert told.state == "entered" and report_of(told)["outcome"] == "entered"
    assert {row.uid for row in rows(town, "component").values()} == {"a", "b", "c"}
    (delivery,) = rows(town, "delivery").values()
    assert (delivery.person, delivery.file, delivery.made) == ("chen", "部件.csv", 3)
    assert verify(town.database)[0] == []
    head = entries(town)
    assert hand.entered(id_).state == "entered"
    assert entries(town) == head


def test_that_the_report_and_its_page_are_there_before_anything_enters_and_tell_the_outcome_after(
    hand: Hand, tmp_path: Path
) -> None:
    bad = [*test_components.GOOD, ("d", "飞船", *test_components.GOOD[0][2:4], "", "")]
    file = csv(tmp_path / "f.csv", test_components.HEADER, bad)
    id_, report = hand.checked("components", file, PROFILES["components"])
    (refusal,) = report["refusals"]
    assert report["refused"] == 1 and refusal["place"] == "line 5"
    assert refusal["zh"] and refusal["en"]
    page = hand.http.get(f"/v1/imports/{id_}/page")
    assert page.status_code == 200 and "飞船" in page.text
    hand.entered(id_)
    assert "已录入" in hand.http.get(f"/v1/imports/{id_}/page").text


def test_that_cases_enter_both_as_rows_and_into_the_archive(town: Paths, hand: Hand, tmp_path: Path) -> None:
    id_, report = hand.checked("cases", cases(tmp_path), PROFILES["cases"])
    assert report["new"] == 3
    assert len(kept_files(town)) == 1
    assert hand.entered(id_).state == "entered"
    assert len(rows(town, "case")) == 2
    assert len(test_cases.archived(town)) == 1
    assert kept_files(town) == []


def test_that_grids_and_then_components_upon_them_enter(tmp_path: Path) -> None:
    town = founded_town(tmp_path / "empty", has_grids=False, people=PEOPLE[:1])
    grids = geojson(tmp_path / "g.geojson", test_grids.two_by_two())
    with serving(town) as served:
        hand = Hand(served)
        id_, report = hand.checked("grids", grids, PROFILES["grids"])
        assert (report["rows"], report["new"]) == (4, 4)
        assert hand.entered(id_).state == "entered"
        id_, report = hand.checked("components", components(tmp_path), PROFILES["components"])
        assert (report["new"], report["refused"]) == (2, 1)
        assert hand.entered(id_).state == "entered"
    assert len(rows(town, "delivery")) == 2


def test_that_the_same_file_again_brings_nothing_new_and_writes_nothing(
    town: Paths, hand: Hand, tmp_path: Path
) -> None:
    id_, _ = hand.checked("components", components(tmp_path), PROFILES["components"])
    hand.entered(id_)
    before = entries(town)
    again, report = hand.checked("components", components(tmp_path), PROFILES["components"])
    assert report["unchanged"] == 3
    assert report_of(hand.entered(again))["outcome"] == "nothing_new"
    assert entries(town) == before


def test_that_a_centre_that_has_moved_on_checks_again_and_waits_to_be_told_again(
    town: Paths, hand: Hand, tmp_path: Path
) -> None:
    first, _ = hand.checked("components", components(tmp_path), PROFILES["components"])
    second, _ = hand.checked("cases", cases(tmp_path), PROFILES["cases"])
    hand.entered(first)
    told = hand.entered(second)
    assert (told.state, told.is_again) == ("checked", True)
    assert rows(town, "case") == {} and test_cases.archived(town) == {}
    assert hand.entered(second).state == "entered"
    assert len(rows(town, "case")) == 2
    assert kept_files(town) == []


def test_that_a_large_delivery_becomes_a_new_components_file(
    town: Paths, hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [(f"n{k}", "井盖", 533_000 + k % 290, 2_524_000 + k // 290, "", "") for k in range(21_000)]
    file = csv(tmp_path / "f.csv", test_components.HEADER, lines)
    id_, report = hand.checked("components", file, PROFILES["components"])
    assert report["new"] == 21_000 and len(kept_files(town)) == 1
    assert hand.entered(id_).state == "entered"
    assert rows(town, "component") == {} and kept_files(town) == []
    assert len(read_components(town.components)[0].keys) == 21_000


# -- who may


@pytest.mark.parametrize("post", [Post.DISPATCHER, Post.LEADER, Post.DUTY_LEADER, Post.INTAKE])
def test_that_every_other_post_is_refused_at_every_door(
    served_town: Served, hand: Hand, tmp_path: Path, post: Post
) -> None:
    id_, _ = hand.checked("components", components(tmp_path), PROFILES["components"])
    other, sha256 = Hand(served_town, post.value), "0" * 64
    asked = [
        other.http.put(f"/v1/imports/files/{sha256}", content=b"x"),
        other.post("/v1/imports", kind="components", name="f", sha256=sha256, text="x"),
        other.http.get(f"/v1/imports/{id_}"),
        other.http.get(f"/v1/imports/{id_}/page"),
        other.http.post(f"/v1/imports/{id_}/enter"),
        other.http.delete(f"/v1/imports/{id_}"),
        other.http.get("/v1/profiles"),
        other.post("/v1/profiles/propose", name="f", sha256=sha256),
    ]
    assert [one.status_code for one in asked] == [403] * len(asked)
    assert {one.json()["code"] for one in asked} == {"not_administrator"}
    assert other.http.head(f"/v1/imports/files/{sha256}").status_code == 403
    assert hand.entered(id_).state == "entered"


def test_that_nobody_else_sees_or_enters_what_a_person_had_checked(
    served_town: Served, hand: Hand, tmp_path: Path
) -> None:
    id_, _ = hand.checked("components", components(tmp_path), PROFILES["components"])
    other = Hand(served_town, "gao")
    assert other.http.get(f"/v1/imports/{id_}").status_code == 404
    assert other.http.post(f"/v1/imports/{id_}/enter").status_code == 404


def test_that_without_a_log_in_no_door_opens(served_town: Served, hand: Hand) -> None:
    del hand.http.headers["Authorization"]
    assert hand.http.get("/v1/profiles").status_code == 401


# -- files


def test_that_a_file_goes_up_in_pieces_and_is_gone_on_with_where_it_stopped(hand: Hand) -> None:
    body = b"0123456789" * 10
    sha256 = hashlib.sha256(body).hexdigest()
    door = f"/v1/imports/files/{sha256}"
    first = hand.http.put(door, content=body[:60], headers={"Content-Range": "bytes 0-59/100"})
    assert (first.status_code, first.json()) == (202, {"is_whole": False, "offset": 60})
    assert hand.http.head(door).headers["Upload-Offset"] == "60"
    gap = hand.http.put(door, content=body[80:], headers={"Content-Range": "bytes 80-99/100"})
    assert (gap.status_code, gap.json()["values"]) == (409, {"offset": 60})
    last = hand.http.put(door, content=body[60:], headers={"Content-Range": "bytes 60-99/100"})
    assert last.status_code == 201
    assert hand.http.head(door).status_code == 200
    assert hand.http.get(f"/v1/blobs/{sha256}").status_code == 404, "photos are kept apart"


def test_that_a_file_beyond_the_limit_is_refused_with_its_first_piece(hand: Hand) -> None:
    head = {"Content-Range": f"bytes 0-9/{IMPORT_BYTES + 1}"}
    answer = hand.http.put(f"/v1/imports/files/{'1' * 64}", content=b"0123456789", headers=head)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


def test_that_a_file_that_never_came_up_cannot_be_checked(hand: Hand) -> None:
    answer = hand.post("/v1/imports", kind="grids", name="f.csv", sha256="2" * 64, text="x")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_file")


def test_that_files_and_checks_go_after_a_day(
    town: Paths, served_town: Served, hand: Hand, clock: Clock, tmp_path: Path
) -> None:
    id_, _ = hand.checked("cases", cases(tmp_path), PROFILES["cases"])
    assert kept_files(town) and list((town.imports / "files").glob("*/*"))
    clock.now_ms += DAY_MS + 60_000
    served_town.centre.deliveries.tidy()
    assert kept_files(town) == [] and list((town.imports / "files").glob("*/*")) == []
    assert served_town.centre.deliveries.job(id_, PEOPLE[0].id) is None


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\a.csv", "/etc/passwd", "a\x00b.csv", "." * 300, "长" * 300 + ".csv", ""],
)
def test_that_a_files_name_leads_nowhere(town: Paths, hand: Hand, name: str) -> None:
    sha256 = hand.put(b"no,type\n1,2\n")
    answer = hand.post("/v1/imports", kind="units", name=name, sha256=sha256, text=PROFILES["units"])
    assert answer.status_code == 202
    told = hand.rested(answer.json()["id"])
    assert report_of(told)["unreadable"]["code"] in ("missing_column", "not_readable_here")
    (file,) = (town.imports / "jobs" / told.id / "file").iterdir()
    assert file.is_file()


# -- bad files


def test_that_a_zip_bomb_is_a_report_and_enters_nothing(town: Paths, hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", bytes(60_000_000))
    before = entries(town)
    id_, report = hand.checked("components", path, PROFILES["components"])
    assert (report["outcome"], report["unreadable"]["code"]) == ("unreadable", "zip_bomb")
    refused = hand.http.post(f"/v1/imports/{id_}/enter")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_enter")
    assert entries(town) == before


def test_that_nothing_but_zeros_is_a_report(hand: Hand, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(bytes(10_000_000))
    _, report = hand.checked("components", file, PROFILES["components"])
    assert report["unreadable"]["code"] == "only_zeros"


def test_that_a_profile_that_is_none_is_told_by_its_place(hand: Hand, tmp_path: Path) -> None:
    _, report = hand.checked("components", components(tmp_path), 'schema = 1\nname = "x"\nkind = "stars"\n')
    assert report["unreadable"]["code"].startswith("profile_") and report["unreadable"]["zh"]


def test_that_no_path_of_the_centre_is_read_as_a_profile(hand: Hand, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(PROFILES["components"], "utf-8")
    sha256 = hand.put(components(tmp_path).read_bytes())
    answer = hand.post("/v1/imports", kind="components", name="f.csv", sha256=sha256, profile=str(own))
    assert report_of(hand.rested(answer.json()["id"]))["unreadable"]["code"] == "no_such_profile"


def killed_checker() -> None:
    end_s = time.monotonic() + 30
    while not (children := multiprocessing.active_children()):
        assert time.monotonic() < end_s
        time.sleep(0.005)
    for child in children:
        child.kill()


def test_that_a_check_that_is_killed_is_told_and_the_centre_goes_on(
    town: Paths, hand: Hand, tmp_path: Path
) -> None:
    id_ = hand.begin("cases", cases(tmp_path), PROFILES["cases"])
    killed_checker()
    told = hand.rested(id_)
    assert told.state == "failed" and told.failure is not None and told.failure.code == "check_died"
    assert kept_files(town) == []
    assert hand.http.post(f"/v1/imports/{id_}/enter").status_code == 409
    id_, _ = hand.checked("cases", cases(tmp_path), PROFILES["cases"])
    assert hand.entered(id_).state == "entered"


def test_that_a_check_that_takes_too_long_is_stopped(hand: Hand, clock: Clock, tmp_path: Path) -> None:
    id_ = hand.begin("cases", cases(tmp_path), PROFILES["cases"])
    end_s = time.monotonic() + 60
    while hand.told(id_).state != "working":
        assert time.monotonic() < end_s
    clock.now_ms += (IMPORT_CHECK_S + 1) * 1000
    told = hand.rested(id_)
    assert told.failure is not None and told.failure.code == "check_too_long"
    assert multiprocessing.active_children() == []


def test_that_a_check_that_is_no_longer_wanted_ends_and_leaves_nothing(
    town: Paths, hand: Hand, tmp_path: Path
) -> None:
    running = hand.begin("cases", cases(tmp_path), PROFILES["cases"])
    waiting = hand.begin("cases", cases(tmp_path), PROFILES["cases"])
    assert hand.told(waiting).before <= 1
    assert hand.http.delete(f"/v1/imports/{running}").status_code == 204
    assert hand.http.get(f"/v1/imports/{running}").status_code == 404
    assert hand.rested(waiting).state == "checked"
    assert hand.http.delete(f"/v1/imports/{waiting}").status_code == 204
    assert kept_files(town) == [] and list((town.imports / "jobs").iterdir()) == []


def test_that_the_queue_of_checks_has_an_end(hand: Hand, tmp_path: Path) -> None:
    sha256 = hand.put(components(tmp_path).read_bytes())
    answers = [
        hand.post("/v1/profiles/propose", name="f.csv", sha256=sha256) for _ in range(IMPORTS_WAITING + 2)
    ]
    refused = [one for one in answers if one.status_code == 429]
    assert refused and refused[0].json()["code"] == "too_many_imports"
    for one in answers:
        if one.status_code == 202:
            hand.http.delete(f"/v1/imports/{one.json()['id']}")


# -- profiles


def test_that_the_centre_tells_the_profiles_it_ships(hand: Hand) -> None:
    told = msgspec.json.decode(hand.http.get("/v1/profiles").content, type=Profiles)
    by_name = {one.name: one for one in told.profiles}
    assert by_name["boston2011"].kind == "cases" and "schema = 1" in by_name["boston2011"].text


def test_that_the_centre_proposes_a_profile_by_which_the_file_is_read(hand: Hand, tmp_path: Path) -> None:
    file = components(tmp_path)
    answer = hand.post(
        "/v1/profiles/propose", name=file.name, kind="components", sha256=hand.put(file.read_bytes())
    )
    told = hand.rested(answer.json()["id"])
    assert told.state == "checked" and 'kind = "components"' in told.proposal
    assert "type" in told.proposal and told.report == NONE


def test_that_a_shipped_profile_is_taken_by_its_name(hand: Hand, tmp_path: Path) -> None:
    sha256 = hand.put(components(tmp_path).read_bytes())
    answer = hand.post("/v1/imports", kind="cases", name="f.csv", sha256=sha256, profile="boston2011")
    assert report_of(hand.rested(answer.json()["id"]))["unreadable"]["code"] == "missing_column"
