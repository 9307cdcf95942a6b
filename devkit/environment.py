"""The environment in .venv, made from requirements.lock and nothing else.

Promises: a warm start costs one hash of the lock file; a half-made environment is never taken for a finished
one (the stamp is written last); two processes at once make it once. Uses uv where it is installed, else venv
and pip. Installs wheels only, each checked against its hash.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

from devkit import system
from devkit.oneatatime import one_at_a_time
from devkit.places import IS_WINDOWS, LOCK, ROOT, VENV, VENV_BIN, VENV_PYTHON, say, stop

STAMP = VENV / "gridseat-stamp"
ENTRY_POINTS = {"gridseat": "app.__main__", "gridseat-centre": "server.__main__"}


def _wanted_stamp() -> str:
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor} {ROOT}"


def is_ready() -> bool:
    """Whether .venv was made from this very lock file, here, and completely."""
    try:
        return VENV_PYTHON.exists() and STAMP.read_text(encoding="utf-8") == _wanted_stamp()
    except OSError:
        return False


def ensure() -> None:
    """Makes .venv unless it is ready."""
    if is_ready():
        return
    with one_at_a_time(ROOT / ".venv.lock"):
        if not is_ready():
            _make()


def _make() -> None:
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if not _can_run_python():
        shutil.rmtree(VENV, ignore_errors=True)
        _make_empty(uv)
    say(f"installing requirements.lock into .venv ({'uv' if uv else 'pip'}); the first time takes a minute")
    if not ((uv and _install_by_uv(uv)) or _install_by_pip()):
        stop("the environment could not be made; see above")
    _make_checkout_importable()
    STAMP.write_text(_wanted_stamp(), encoding="utf-8")
    say(".venv is ready")


def _can_run_python() -> bool:
    if not VENV_PYTHON.exists():
        return False
    asked = "import sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([str(VENV_PYTHON), "-c", asked], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == f"{sys.version_info.major}.{sys.version_info.minor}"


def _make_empty(uv: str | None) -> None:
    if uv:
        made = subprocess.run(
            [uv, "venv", "-q", "--seed", "--python", sys.executable, str(VENV)], check=False
        )
        if made.returncode == 0:
            return
    system.check_venv_module()
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode != 0:
        stop("python -m venv failed; see above")


def _install_by_uv(uv: str) -> bool:
    command = [uv, "pip", "install", "-q", "--python", str(VENV_PYTHON)]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0:
        return True
    say("uv did not manage; trying pip")
    return False


def _install_by_pip() -> bool:
    if subprocess.run(
        [str(VENV_PYTHON), "-m", "pip", "--version"], capture_output=True, check=False
    ).returncode:
        system.check_venv_module()
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    command = [str(VENV_PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0


def _make_checkout_importable() -> None:
    """`python -m app` from any folder, and the entry points by name, without building a wheel of the
    checkout.
    """
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([str(VENV_PYTHON), "-c", asked], capture_output=True, text=True, check=True)
    pth = os.path.join(answer.stdout.strip(), "gridseat-checkout.pth")
    with open(pth, "w", encoding="utf-8") as file:
        file.write(f"{ROOT}\n")
    for name, module in ENTRY_POINTS.items():
        if IS_WINDOWS:
            (VENV_BIN / f"{name}.cmd").write_text(f'@"%~dp0python.exe" -m {module.split(".")[0]} %*\n')
            continue
        script = VENV_BIN / name
        script.write_text(f"#!{VENV_PYTHON}\nimport sys\n\nfrom {module} import main\n\nsys.exit(main())\n")
        script.chmod(0o755)


def variables() -> dict[str, str]:
    """The process environment for anything run inside .venv."""
    env = dict(os.environ)
    env["PATH"] = f"{VENV_BIN}{os.pathsep}{env.get('PATH', '')}"
    env["VIRTUAL_ENV"] = str(VENV)
    env.pop("PYTHONHOME", None)
    return env
