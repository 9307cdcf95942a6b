"""What a file is, by what stands at its beginning; its name only helps where the content does not say.

Promises to look before anything is read: what is no file, empty, all zeros, packed in a way nobody unpacks here, or of
a kind that is no table is refused at once. A zip is unpacked into a folder of its own, within limits, and gone after.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import msgspec

from server.imports.limits import Limits
from server.imports.profile import Source
from server.imports.sheets import Remark, Unreadable, remark

SUFFIXES = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".geojson": "geojson",
    ".json": "geojson", ".topojson": "topojson", ".gpkg": "gpkg", ".shp": "shp", ".dxf": "dxf",
}  # fmt: skip
# What is recognised only to be refused by its name.
STRANGERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"AutoCAD Binary DXF", "binary DXF"),
    (b"AC10", "DWG"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF", "PDF"),
    (b"PAR1", "Parquet"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
)
PARTS = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx")  # of a shapefile
COPY_BYTES = 1 << 20


class Opened(msgspec.Struct, frozen=True):
    """A file that a reader can read."""

    path: Path
    format: str
    member: str = ""
    remarks: tuple[Remark, ...] = ()


@contextmanager
def opened(path: Path, source: Source, limits: Limits) -> Iterator[Opened]:
    """The file, or the one inside the zip that is meant."""
    head = look(path, limits)
    if not head.startswith(b"PK") or _is_xlsx(path):
        yield _checked(path, head, path.name, source, limits)
        return
    with TemporaryDirectory(prefix="gridseat-unzip-") as folder:
        member = _unpack(path, source, Path(folder), limits)
        inside = Path(folder) / PurePosixPath(member.replace("\\", "/")).name
        one = _checked(inside, look(inside, limits), inside.name, source, limits)
        yield msgspec.structs.replace(one, member=member)


def look(path: Path, limits: Limits) -> bytes:
    """The file's beginning, after everything that can be told from there."""
    try:
        facts = path.stat()
    except OSError as error:
        raise Unreadable("no_such_file", file=path.name, why=error.strerror or "") from error
    if stat.S_ISDIR(facts.st_mode):
        raise Unreadable("folder", file=path.name)
    if not stat.S_ISREG(facts.st_mode):
        raise Unreadable("not_a_file", file=path.name)
    if facts.st_size == 0:
        raise Unreadable("empty_file")
    try:
        with path.open("rb") as file:
            head = file.read(limits.look_bytes)
    except OSError as error:
        raise Unreadable("no_such_file", file=path.name, why=error.strerror or "") from error
    if not head.strip(b"\0"):
        raise Unreadable("only_zeros", bytes=facts.st_size)
    if not head.strip():
        raise Unreadable("only_blanks", bytes=facts.st_size)
    if facts.st_size > limits.file_bytes:
        raise Unreadable("too_large", bytes=facts.st_size, limit=limits.file_bytes)
    return head


def format_of(head: bytes, name: str) -> str:
    """The format, by the beginning and the name; raises Unreadable for what is none of ours."""
    suffix = PurePosixPath(name).suffix.lower()
    for sign, stranger in STRANGERS:
        if head.startswith(sign):
            raise Unreadable("not_readable_here", found=stranger)
    if suffix in PARTS and not head.lstrip().startswith((b"{", b"[")):
        raise Unreadable("part_of_a_shapefile", part=suffix)
    if head.startswith(b"PK"):
        return "xlsx"
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith(b"\0\0\x27\x0a"):
        return "shp"
    return _text_format(head, suffix)


def _text_format(head: bytes, suffix: str) -> str:
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
    start = text.lstrip()
    if start.startswith("{"):
        return "topojson" if _is_topology(text) or suffix == ".topojson" else "geojson"
    if start.startswith("["):
        raise Unreadable("not_a_collection", found="[")
    if start[:9].lower().startswith(("<!doctype", "<html")):
        raise Unreadable("not_readable_here", found="HTML")
    if start.startswith("<"):
        raise Unreadable("not_readable_here", found="XML")
    if suffix == ".dxf" or re.match(r"(\s*999\s*\n.*\n)*\s*0\s*\r?\n\s*SECTION\s*\r?\n", text):
        return "dxf"
    if suffix in SUFFIXES and SUFFIXES[suffix] != "csv":
        # The name promises something that the content is not.
        raise Unreadable("not_what_its_name_says", suffix=suffix)
    return "csv"


def _is_topology(text: str) -> bool:
    return bool(re.search(r'"type"\s*:\s*"Topology"', text)) or (
        '"objects"' in text and '"arcs"' in text and '"features"' not in text
    )


def _checked(path: Path, head: bytes, name: str, source: Source, limits: Limits) -> Opened:
    found = format_of(head, name)
    if source.format and source.format != found:
        raise Unreadable("other_format", stated=source.format, found=found)
    by_name = SUFFIXES.get(PurePosixPath(name).suffix.lower(), "")
    is_other = by_name != found and {by_name, found} != {"geojson", "topojson"}
    suffix = PurePosixPath(name).suffix
    told = (remark("other_suffix", suffix=suffix or "-", found=found),) if is_other else ()
    return Opened(path, found, remarks=told)


# -- zip


def _is_xlsx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Unreadable("cut", format="zip") from error
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def zip_members(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """What is in it, if it may be."""
    infos = archive.infolist()
    if len(infos) > limits.members:
        raise Unreadable("too_many_members", members=len(infos), limit=limits.members)
    return [info for info in infos if not info.is_dir()]


def check_growth(info: zipfile.ZipInfo, limits: Limits) -> None:
    """By what the archive says of itself; what is unpacked is counted again."""
    if info.flag_bits & 1:
        raise Unreadable("locked", member=member_name(info))
    grown = info.file_size / max(1, info.compress_size)
    is_bomb = info.file_size > limits.ratio_from_bytes and grown > limits.unpacked_ratio
    if is_bomb or info.file_size > limits.unpacked_bytes:
        raise Unreadable(
            "zip_bomb", member=member_name(info), bytes=info.file_size, packed=info.compress_size,
            limit=limits.unpacked_bytes,
        )  # fmt: skip


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name; Windows in China writes it in GBK and does not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _unpack(path: Path, source: Source, folder: Path, limits: Limits) -> str:
    """Unpacks the member that is meant, and what belongs to it; answers its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {member_name(info): info for info in zip_members(archive, limits)}
            chosen = _choose(list(infos), source)
            left = limits.unpacked_bytes
            for name in _together(chosen, list(infos)):
                check_growth(infos[name], limits)
                left -= _copy(archive, infos[name], folder / _base(name), left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("cut", format="zip") from error
    return chosen


def _base(name: str) -> str:
    base = PurePosixPath(name.replace("\\", "/")).name
    return base if base not in ("", ".", "..") else "member"


def _choose(names: list[str], source: Source) -> str:
    shown = [name for name in names if not _base(name).startswith(".") and "__MACOSX" not in name]
    if source.member:
        meant = [
            name for name in shown
            if fnmatch.fnmatchcase(name, source.member) or fnmatch.fnmatchcase(_base(name), source.member)
        ]  # fmt: skip
        meant = [name for name in meant if PurePosixPath(name).suffix.lower() in SUFFIXES] or meant
    else:
        meant = [name for name in shown if PurePosixPath(name).suffix.lower() in SUFFIXES]
        if len(meant) > 1:
            # A note beside the table is no table.
            meant = [name for name in meant if not name.lower().endswith((".txt", ".json"))] or meant
    if len(meant) == 1:
        return meant[0]
    listed = ", ".join((meant or shown)[:10])
    if meant:
        raise Unreadable("which_member", members=listed)
    if any(name.lower().endswith(".zip") for name in shown):
        raise Unreadable("zip_in_zip", members=listed)
    raise Unreadable("no_such_member", member=source.member, members=listed)


def _together(chosen: str, names: list[str]) -> list[str]:
    """A shapefile is several files."""
    if not chosen.lower().endswith(".shp"):
        return [chosen]
    stem = chosen[:-4]
    return [
        name for name in names if name[: len(stem)] == stem and name[len(stem) :].lower() in (".shp", *PARTS)
    ]


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, into: Path, most_bytes: int) -> int:
    done = 0
    with archive.open(info) as file, into.open("wb") as out:
        while chunk := file.read(COPY_BYTES):
            done += len(chunk)
            if done > most_bytes:
                raise Unreadable("zip_bomb", member=member_name(info), bytes=done, packed=info.compress_size,
                                 limit=most_bytes)  # fmt: skip
            out.write(chunk)
    return done


def sibling(path: Path, suffix: str) -> Path | None:
    """A part of a shapefile beside it, whatever case its name is in."""
    wanted = (path.stem + suffix).casefold()
    with os.scandir(path.parent) as entries:
        return next((Path(entry.path) for entry in entries if entry.name.casefold() == wanted), None)
