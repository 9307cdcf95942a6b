"""What the pages of docs/ must name, and the tables in them that are made from the code.

Every key and title of an action, every queue and every command's step stands in both handbooks, every refusal and
every answer of the centre in the protocol, every chore and every option of the programs somewhere a person looks.
`GRIDSEAT_DOCS=write` writes the tables anew; look at them before you commit them.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

import dev
from casework.command import Rule
from casework.commands import COMMANDS
from casework.refusal import RefusalCode
from casework.workflow import Post, Stage
from devkit import strings
from tests.repo.source import ROOT, files, tree
from tests.repo.test_words import GLOSSARY, Table, read_tables

DOCS = ROOT / "docs"
OPERATORS = {"en": DOCS / "operators-handbook.md", "zh": DOCS / "operators-handbook.zh-CN.md"}
ADMINISTRATORS = {"en": DOCS / "administrators-handbook.md", "zh": DOCS / "administrators-handbook.zh-CN.md"}
PROTOCOL = DOCS / "protocol.md"
IS_WRITING = os.environ.get("GRIDSEAT_DOCS") == "write"
TOGETHER = {"en": ", ", "zh": "、"}
NOBODY = {"en": "nobody", "zh": "无"}
ANYBODY = {"en": "anybody who sees the case", "zh": "能看到该案卷的人"}


# -- words


class Words:
    """The screens' words in one of the two languages."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._pairs = strings.read_parts(strings.PARTS)
        self._tables = read_tables(GLOSSARY.read_text(encoding="utf-8"))

    def say(self, context: str, english: str) -> str:
        return english if self.language == "en" else self._pairs[context, english]

    def of(self, enumeration: str, value: str) -> str:
        table: Table = self._tables[enumeration]
        return table[value][0 if self.language == "en" else 1]

    def posts(self, posts: Iterable[Post], nobody: str) -> str:
        held = set(posts)
        told = [self.of("casework.workflow.Post", post) for post in Post if post in held]
        return TOGETHER[self.language].join(told) or nobody

    def stages(self, stages: Iterable[Stage]) -> str:
        held = set(stages)
        told = [self.of("casework.workflow.Stage", stage) for stage in Stage if stage in held]
        return TOGETHER[self.language].join(told)


# -- the tables


def caps(key: str) -> str:
    """`Alt+Up` -> `Alt+↑`, as printed."""
    return "+".join(
        {"Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}.get(part, part) for part in key.split("+")
    )


def actions_table(words: Words) -> list[str]:
    """Keys and titles of every action."""
    from app.actions import ACTIONS

    rows = []
    for action in ACTIONS:
        keys = TOGETHER[words.language].join(f"`{caps(key)}`" for key in (action.key, action.also_key) if key)
        rows.append(f"| {keys} | {words.say('Action', action.title)} |")
    return rows


def screen_table(words: Words) -> list[str]:
    """Keys of the screen itself."""
    from app.widgets.screen_keys import SCREEN_KEYS

    return [
        f"| {f'`{caps(key.key)}`' if key.key else '`Ctrl+K`'} | {words.say('ScreenKey', key.title)} |"
        for key in SCREEN_KEYS
    ]


def queues_table(words: Words) -> list[str]:
    """Every queue and whose work it is."""
    from app.models.queues import QUEUES

    return [
        f"| {words.say('Queue', queue.title)} | {words.posts(queue.workers, NOBODY[words.language])} |"
        for queue in QUEUES
    ]


def steps_table(words: Words) -> list[str]:
    """Every command: who may, from which stage, and where it leads."""
    from app.models.words import DEEDS

    return [
        f"| {words.say('Deed', DEEDS[rule.kind])} | {_who(rule, words)} | {_way(rule, words)} |"
        for rule in COMMANDS
    ]


def _who(rule: Rule, words: Words) -> str:
    return words.posts(rule.posts, ANYBODY[words.language])


def _way(rule: Rule, words: Words) -> str:
    if rule.move is None:
        return ""
    before = words.stages(rule.move.before)
    return f"{before} → {words.stages([rule.move.after])}" if rule.move.after else before


def deeds_table(words: Words) -> list[str]:
    """Every command on the wire: its name and its fields; those that may be left out in brackets."""
    rows = []
    for rule in COMMANDS:
        fields = msgspec.structs.fields(rule.struct)
        told = [f"`{field.name}`" if field.required else f"[`{field.name}`]" for field in fields]
        rows.append(f"| `{rule.kind}` | {', '.join(told)} | {'' if rule.is_commutative else 'yes'} |")
    return rows


TABLES: dict[str, Callable[[Words], list[str]]] = {
    "actions": actions_table,
    "screen": screen_table,
    "queues": queues_table,
    "steps": steps_table,
    "deeds": deeds_table,
}
WITH_TABLES = {
    OPERATORS["en"]: ("en", {"actions", "screen", "queues", "steps"}),
    OPERATORS["zh"]: ("zh", {"actions", "screen", "queues", "steps"}),
    PROTOCOL: ("en", {"deeds"}),
}


def fitted(text: str, words: Words) -> str:
    """The page with its tables as the code has them now. A table's two first lines are the page's own."""

    def table(found: re.Match[str]) -> str:
        head = found[2].strip().splitlines()[:2]
        return "\n".join([found[1], *head, *TABLES[found[1].split()[1]](words), found[3]])

    return re.sub(r"(<!-- (?:\w+) -->)\n(.*?)(<!-- end -->)", table, text, flags=re.DOTALL)


@pytest.mark.parametrize("page", WITH_TABLES, ids=lambda page: page.name)
def test_that_the_tables_of_a_page_are_those_of_the_program(page: Path) -> None:
    language, tables = WITH_TABLES[page]
    text = page.read_text(encoding="utf-8")
    assert sorted(re.findall(r"<!-- (?!end)(\w+) -->", text)) == sorted(tables)
    wanted = fitted(text, Words(language))
    if IS_WRITING:
        page.write_text(wanted, encoding="utf-8")
    assert wanted == page.read_text(encoding="utf-8"), "run the test with GRIDSEAT_DOCS=write"


# -- names that must not be missing


def missing(names: Iterable[str], *pages: Path) -> list[str]:
    """Names that stand in none of the pages as code: `name`, or inside a `...` or an indented line."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    code = "\n".join(
        [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^    [^\n]*$|^```.*?^```", text, re.M | re.S)]
    )
    return sorted(name for name in names if not re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", code))


def words_of_calls(path: Path, functions: set[str], at: int) -> set[str]:
    """The text literals at a place of the arguments of certain calls in a file."""
    found = set()
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or len(node.args) <= at:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = node.args[at]
        if name in functions and isinstance(given, ast.Constant) and isinstance(given.value, str):
            found.add(given.value)
    return found


def options(path: Path) -> set[str]:
    """What a program takes: every --word."""
    return {word for word in words_of_calls(path, {"add_argument"}, 0) if word.startswith("--")}


def answers(root: Path) -> set[str]:
    """Every code with which the centre says that something could not be done."""
    found: set[str] = set()
    for path in files(root, "server"):
        for functions, at in (({"Fault", "wrong"}, 1), ({"Unavailable", "BlobFault"}, 0)):
            found |= words_of_calls(path, functions, at)
    return found


def test_that_every_refusal_is_in_the_protocol() -> None:
    assert missing(list(RefusalCode), PROTOCOL) == []


def test_that_every_answer_of_the_centre_is_in_the_protocol() -> None:
    found = answers(ROOT)
    assert {"upgrade", "epoch_changed", "disk_full", "hash_mismatch"} <= found
    assert missing(found, PROTOCOL) == []


def test_that_every_route_is_in_the_protocol() -> None:
    from server.http.routes import ROUTES

    routes = {f"{method} {path}" for route in ROUTES for path in route.paths for method in route.http_methods}
    plain = {re.sub(r"\{(\w+):\w+\}", r"{\1}", route) for route in routes if not route.startswith("OPTIONS")}
    assert len(plain) == len(ROUTES)
    assert missing(plain, PROTOCOL) == []


def test_that_every_verb_and_option_of_the_centre_is_in_both_handbooks() -> None:
    from server.__main__ import VERBS

    wanted = {f"gridseat-centre {verb.NAME}" for verb in VERBS}
    wanted = wanted.union(*(options(path) for path in (ROOT / "server" / "verbs").glob("*.py")))
    for page in ADMINISTRATORS.values():
        assert missing(wanted, page) == [], page.name


def test_that_every_option_of_the_seat_is_in_both_handbooks() -> None:
    wanted = options(ROOT / "app" / "arguments.py")
    assert "--password-file" in wanted
    for page in ADMINISTRATORS.values():
        assert missing(wanted, page) == [], page.name


def test_that_every_chore_is_explained_to_contributors() -> None:
    assert missing({f"dev.py {chore}" for chore in dev.CHORES}, ROOT / "CONTRIBUTING.md") == []


def test_that_every_page_that_is_spoken_of_exists() -> None:
    broken = []
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "bench" / "README.md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_that_every_decision_is_in_the_list() -> None:
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in (DOCS / "decisions").glob("0*.md")}
    assert {name for name in pages if f"({name})" not in listed} == set()
    numbers = [name[:4] for name in pages]
    assert len(numbers) == len(set(numbers))


def test_that_planted_gaps_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`stale` and stale_code, `GET /v1/x` and\n\n    run --port 1\n\nbut not too_long\n")
    wanted = ["stale", "too_long", "GET /v1/x", "GET /v1", "--port", "--por"]
    assert missing(wanted, page) == ["--por", "GET /v1", "too_long"]
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "a.py").write_text(
        'raise Fault(404, "gone")\nraise BlobFault("torn", 1)\nwrong(status, "odd")\nraise Unavailable(code)\n'
    )
    assert answers(tmp_path) == {"gone", "torn", "odd"}


def test_that_a_stale_table_is_found_and_its_head_is_kept() -> None:
    text = "a\n<!-- steps -->\n| x |\n|---|\n| old |\n<!-- end -->\nb\n"
    made = fitted(text, Words("en"))
    assert made.startswith("a\n<!-- steps -->\n| x |\n|---|\n| Registered |")
    assert "old" not in made
    assert fitted(made, Words("en")) == made
