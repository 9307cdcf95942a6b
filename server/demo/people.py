"""The people of the hall, the units and the streets: invented, with posts and log-in names in pinyin.

Promises: log-in names are unique; every working grid has one supervisor, every unit one operator; 张敏 holds three
posts, so that one person can take a case through the whole hall.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from casework.entities.person import Person
from casework.entities.unit import Unit
from casework.ids import PersonId, UnitId, WorkGridId
from casework.workflow import Post
from server.demo.params import Names

HALL: tuple[tuple[str, str, tuple[Post, ...]], ...] = (
    ("zhangmin", "张敏", (Post.ACCEPTOR, Post.DUTY_LEADER, Post.DISPATCHER)),
    ("lijing", "李静", (Post.ACCEPTOR,)),
    ("weizhiqiang", "韦志强", (Post.ACCEPTOR,)),
    ("chenliqun", "陈立群", (Post.DUTY_LEADER,)),
    ("luhaiyan", "陆海燕", (Post.DISPATCHER,)),
)
MORE_HALL: tuple[tuple[Post, ...], ...] = (
    *((Post.ACCEPTOR,),) * 5,
    *((Post.DUTY_LEADER,),) * 2,
    *((Post.DISPATCHER,),) * 4,
    (Post.URGER,),
    (Post.URGER, Post.DISPATCHER),
    (Post.EVALUATOR,),
    (Post.LEADER,),
    (Post.LEADER,),
)


class Crew(msgspec.Struct, frozen=True):
    """All people, and who does what: by post in the hall, by unit, by working grid. `seat` is where each works."""

    rows: tuple[Person, ...]
    hall: dict[Post, tuple[Person, ...]]
    of_unit: dict[UnitId, Person]
    of_work: dict[str, Person]
    seat: dict[PersonId, str]


def people(
    rng: np.random.Generator, names: Names, works: Iterable[tuple[str, str]], units: tuple[Unit, ...]
) -> Crew:
    """Everybody."""
    taken = {login for login, _, _ in HALL} | {"admin", "intake", "huangjianguo"}
    hall = [Person(PersonId(login), name, frozenset(posts)) for login, name, posts in HALL]
    hall += [_person(rng, names, taken, posts) for posts in MORE_HALL]
    machines = [
        Person(PersonId("admin"), "系统管理员", frozenset({Post.ADMINISTRATOR})),
        Person(PersonId("intake"), "热线对接", frozenset({Post.INTAKE})),
    ]
    operators = [
        msgspec.structs.replace(
            _person(rng, names, taken, (Post.UNIT_OPERATOR,)), unit=unit.id, district=unit.district
        )
        for unit in units
    ]
    supervisors = [
        msgspec.structs.replace(_person(rng, names, taken, (Post.SUPERVISOR,)), work_grid=WorkGridId(work))
        for work, _ in works
    ]
    first = msgspec.structs.replace(supervisors[0], id=PersonId("huangjianguo"), name="黄建国")
    supervisors[0] = first
    seat = {person.id: f"{number:02d}" for number, person in enumerate(hall, start=1)}
    seat |= {person.id: person.id for person in machines}
    seat |= {person.id: f"u{person.unit}" for person in operators}
    seat |= {person.id: f"h{person.work_grid}" for person in supervisors}
    return Crew(
        rows=(*hall, *machines, *operators, *supervisors),
        hall={post: tuple(p for p in hall if post in p.posts) for post in Post},
        of_unit={person.unit: person for person in operators},
        of_work={str(person.work_grid): person for person in supervisors},
        seat=seat,
    )


def _person(rng: np.random.Generator, names: Names, taken: set[str], posts: Iterable[Post]) -> Person:
    weights = np.array([weight for _, _, weight in names.surnames], dtype=np.float64)
    surname, sound, _ = names.surnames[int(rng.choice(len(weights), p=weights / weights.sum()))]
    given, given_sound = names.givens[int(rng.integers(len(names.givens)))]
    login = sound + given_sound
    number = 2
    while login in taken:
        login = f"{sound}{given_sound}{number}"
        number += 1
    taken.add(login)
    return Person(PersonId(login), surname + given, frozenset(posts))


def masked_reporter(rng: np.random.Generator, names: Names) -> str:
    """A reporter as rows may show one: a surname, three digits and four."""
    surname = names.surnames[int(rng.integers(len(names.surnames)))][0]
    head = ("130", "135", "136", "138", "139", "150", "152", "158", "177", "181", "186", "189", "191", "198")
    return f"{surname}** {head[int(rng.integers(len(head)))]}****{int(rng.integers(10_000)):04d}"
