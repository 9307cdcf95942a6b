"""Checking a file, or proposing a profile for it, in a process of its own (server.apart), beside a serving centre.

What entering would write stands in the job's folder afterwards: rows as `server.parcels` spools them, resting files
beside their place. The centre itself need know nothing of files from outside. Nothing here has entered anything.
"""

from __future__ import annotations

from multiprocessing import connection

from casework.entities.delivery import DeliveryKind
from casework.ids import PersonId
from casework.sync.imports import PROPOSE
from server.apart import PAGE, REPORT, WRONG, Done, Task, said
from server.centre import shipped_catalogues
from server.imports.checked import Checked
from server.imports.checking import check, look_at_kind
from server.imports.entering import delivery_of, parcel_of, write_beside
from server.imports.importing import page_path, write
from server.imports.profile import Profile, ProfileFault, find_profile, load_profile, shipped_profiles
from server.imports.propose import propose
from server.imports.reading import read_sheet
from server.imports.report import UNREADABLE, report_of, report_of_fault
from server.imports.sheets import Unreadable
from server.imports.standing import read_standing
from server.imports.words import sentence
from server.imports.wrong_map import map_page
from server.parcels import Spooled, spool
from server.paths import Paths
from server.store import NotOpenable


def work(task: Task, pipe: connection.Connection) -> Done:
    """Tells the steps as texts on the way."""
    try:
        return _proposed(task) if task.task == PROPOSE else _checked(task, pipe)
    except (Unreadable, ProfileFault) as fault:
        return Done(failure=said(fault.code, **fault.values))
    except NotOpenable as error:
        return Done(failure=said("entering_failed", why=error))


def _proposed(task: Task) -> Done:
    return Done(proposal=propose(task.file, task.kind, layer=task.layer, member=task.member))


def profile_of(task: Task) -> Profile:
    """One's own by its text; a shipped one by its name only: no path of the centre is opened for a seat."""
    if task.text:
        return load_profile(task.text.encode(), task.profile)
    if task.profile not in shipped_profiles():
        raise ProfileFault("no_such_profile", profile=task.profile, near="")
    return find_profile(task.profile)


def _checked(task: Task, pipe: connection.Connection) -> Done:
    kind, at_ms = DeliveryKind(task.kind), task.at_ms
    path = task.folder / REPORT
    assert page_path(path).name == PAGE
    title = task.profile
    try:
        profile = profile_of(task)
        title = profile.name
        look_at_kind(profile, kind)
        pipe.send("reading")
        sheet = read_sheet(task.file, profile)
        pipe.send("checking")
        paths = Paths(task.root)
        standing = read_standing(paths, kind, shipped_catalogues(), at_ms, is_served=True)
        checked = check(sheet, profile, standing)
    except (Unreadable, ProfileFault) as fault:
        told = Unreadable(fault.code)
        told.values.update(fault.values)
        write(path, report_of_fault(task.name, kind, title, task.person, at_ms, told, False))
        return Done(outcome=UNREADABLE, profile=title)
    pipe.send("reporting")
    report = report_of(checked, task.name, task.person, at_ms, False)
    # What each reason is called, without a row's own values: a seat has no table of these words.
    report["words"] = {
        code: {lang: sentence(code, {}, lang) for lang in ("zh", "en")} for code in report["reasons"]
    }
    wrong = map_page(checked, report["refusals"])
    (task.folder / WRONG).write_text(wrong, "utf-8")
    pipe.send("preparing")
    _prepare(checked, task)
    write(path, report, wrong)
    return Done(outcome=report["outcome"], profile=title)


def _prepare(checked: Checked, task: Task) -> None:
    """What entering it writes, so that the centre need know nothing of files from outside."""
    delivery = delivery_of(checked, task.name, PersonId(task.person), task.at_ms)
    parcel = parcel_of(checked, delivery)
    if checked.is_nothing_new:
        spool(task.folder, Spooled(delivery, parcel.deliveries, is_nothing_new=True), ())
        return
    written = [str(path.relative_to(task.root)) for path in write_beside(checked, delivery.id)]
    head = Spooled(delivery, parcel.deliveries, dict(parcel.numbers), tuple(written))
    spool(task.folder, head, parcel.puts)
