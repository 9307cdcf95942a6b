"""The table of Traditional and Simplified characters that text search folds by, copied out of OpenCC's package.

Promises: resources/text/ holds the table as the locked version of the package carries it, with its licence, and is
put in place whole; a run that finds it there does nothing but one hash. Git ignores it, a wheel carries it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from devkit import stamped
from devkit.places import LOCK, ROOT, VENV_PYTHON, say, stop

TEXT = ROOT / "resources" / "text"
STAMP = TEXT / "stamp"
PACKAGE = "opencc-python-reimplemented"
# End of the file's name in the package -> name in resources/text/.
FILES = {
    "opencc/dictionary/TSCharacters.txt": "ts_characters.txt",
    "LICENSE.txt": "ts_characters.LICENSE.txt",
    "opencc/NOTICE.txt": "ts_characters.NOTICE.txt",
}
ASKED = """
import json, sys
from importlib.metadata import files
print(json.dumps([str(file.locate()) for file in files(sys.argv[1]) or ()]))
"""


def _wanted_stamp() -> str:
    pins = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line.startswith(PACKAGE + "==")]
    return hashlib.sha256(json.dumps([pins, FILES], sort_keys=True).encode()).hexdigest()


def is_ready() -> bool:
    """Whether the table was copied from the version the lock names."""
    return stamped.is_made(STAMP, _wanted_stamp())


def ensure() -> None:
    """Copies the table unless it is there."""
    stamped.ensure(STAMP, _wanted_stamp(), make)


def make() -> None:
    """Copies the table anew and puts it in place whole."""
    answer = subprocess.run(
        [str(VENV_PYTHON), "-c", ASKED, PACKAGE], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        stop(f"{PACKAGE} is not in the environment: {answer.stderr.strip()}")
    carried = [Path(name) for name in json.loads(answer.stdout)]
    fresh = TEXT.with_name("text.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for source, name in FILES.items():
        found = [path for path in carried if path.as_posix().endswith("/" + source) and path.exists()]
        if not found:
            stop(f"{PACKAGE} carries no {source} any more")
        shutil.copyfile(found[0], fresh / name)
    (fresh / "stamp").write_text(_wanted_stamp(), encoding="ascii")
    shutil.rmtree(TEXT, ignore_errors=True)
    os.replace(fresh, TEXT)
    say("copied the table of Traditional and Simplified characters")
