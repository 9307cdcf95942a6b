"""An administrator's seat without a screen: hands files in at a serving town, as the seat's link does."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec

from casework.entities.person import Person
from casework.ids import PersonId
from casework.sync.imports import NONE, RESTING, ImportTold
from casework.sync.messages import LogIn, Welcome
from casework.workflow import Post
from server.paths import Paths
from tests.server.ground import Served, passwords

CHEN = Person(PersonId("chen"), "陈管理", frozenset({Post.ADMINISTRATOR}))
OTHERS = tuple(
    Person(PersonId(post.value), post.value, frozenset({post}))
    for post in Post
    if post not in (Post.ADMINISTRATOR, Post.UNIT_OPERATOR)
)
PEOPLE = (CHEN, Person(PersonId("gao"), "高管理", frozenset({Post.ADMINISTRATOR})), *OTHERS)
WAIT_S = 240.0


class Hand:
    """Somebody's calls at the doors."""

    def __init__(self, served: Served, person: str = "chen") -> None:
        self.http = httpx.Client(base_url=served.url, timeout=60)
        asked = LogIn(PersonId(person), passwords(served.paths)[person], f"seat-{person}")  # type: ignore[arg-type]
        answer = self.http.post("/v1/session", content=msgspec.json.encode(asked))
        assert answer.status_code == 201, answer.text
        token = msgspec.json.decode(answer.content, type=Welcome).token
        self.http.headers["Authorization"] = f"Bearer {token}"

    def post(self, path: str, **asked: Any) -> httpx.Response:
        return self.http.post(path, content=msgspec.json.encode(asked))

    def put(self, body: bytes) -> str:
        """A file, whole; answers its hash."""
        sha256 = hashlib.sha256(body).hexdigest()
        answer = self.http.put(f"/v1/imports/files/{sha256}", content=body)
        assert answer.status_code == 201, answer.text
        return sha256

    def begin(self, kind: str, file: Path, profile: str) -> str:
        """A check begun; answers the job's id."""
        answer = self.post(
            "/v1/imports", kind=kind, name=file.name, sha256=self.put(file.read_bytes()), text=profile
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def told(self, id_: str) -> ImportTold:
        answer = self.http.get(f"/v1/imports/{id_}")
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=ImportTold)

    def rested(self, id_: str) -> ImportTold:
        """The job when nothing goes on by itself any more."""
        end_s = time.monotonic() + WAIT_S
        while (told := self.told(id_)).state not in RESTING:
            assert time.monotonic() < end_s, told
            time.sleep(0.02)
        return told

    def checked(self, kind: str, file: Path, profile: str) -> tuple[str, dict[str, Any]]:
        id_ = self.begin(kind, file, profile)
        told = self.rested(id_)
        assert told.state == "checked", told
        return id_, report_of(told)

    def entered(self, id_: str) -> ImportTold:
        answer = self.http.post(f"/v1/imports/{id_}/enter")
        assert answer.status_code == 202, answer.text
        return self.rested(id_)


def report_of(told: ImportTold) -> dict[str, Any]:
    assert told.report != NONE, told
    return msgspec.json.decode(told.report, type=dict[str, Any])


def kept_files(paths: Paths) -> list[str]:
    """What lies in the centre's folder of a delivery under way."""
    return sorted(path.name for path in paths.root.rglob("*.delivery-*"))
