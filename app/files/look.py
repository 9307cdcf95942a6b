"""What a file from outside is, for the person who is about to hand it in: `python -m app.files.look FILE FOLDER`.

Runs in a process of its own and writes one line of JSON. Promises: the file is only read, and little of it; a
shapefile's companions are packed into one file in FOLDER; what cannot be looked into is said with a code and can be
handed in all the same, for the centre reads it by its own rules. It judges nothing.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import itertools
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from casework.sync.imports import Looked

CHUNK_BYTES = 1 << 20
HEAD_BYTES = 1 << 18  # of a text: what its first rows and its delimiter are told by
FIRST = 12  # rows that are shown
COLUMNS = 60
CELL_CHARS = 80
MEMORY_BYTES = 3_000_000_000
COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj")
BY_SUFFIX = {
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".shp": "shp", ".gpkg": "gpkg",
    ".geojson": "geojson", ".json": "geojson", ".topojson": "topojson", ".dxf": "dxf", ".zip": "zip",
}  # fmt: skip


def look(path: Path, folder: Path) -> Looked:
    """What the file is. Raises OSError where it cannot be read at all."""
    found = Looked(name=path.name, path=str(path), format=_format(path))
    if found.format == "shp":
        _pack(path, folder, found)
    found.bytes, found.sha256 = _fingerprint(Path(found.path))
    try:
        if found.bytes == 0:
            found.code = "empty_file"
        elif found.format == "csv":
            _look_at_text(path, found)
        elif found.format == "xlsx":
            _look_at_workbook(path, found)
        elif found.format == "zip":
            _look_at_zip(path, found)
        elif found.format:
            _look_at_layers(str(path), found)
        else:
            found.code = "unknown_format"
    except (MemoryError, Exception):
        found.code = "cannot_look"
    return found


def _format(path: Path) -> str:
    found = BY_SUFFIX.get(path.suffix.lower(), "")
    if found == "geojson":
        with path.open("rb") as file:
            return "topojson" if b'"Topology"' in file.read(4096) else "geojson"
    return found


def _fingerprint(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _pack(path: Path, folder: Path, found: Looked) -> None:
    """A shapefile is several files; they go up as one, packed the same way each time, so that its hash is the same."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{path.stem}.zip"
    beside = {one.name.lower(): one for one in path.parent.iterdir() if one.is_file()}
    parts = [beside.get(f"{path.stem}{suffix}".lower()) for suffix in COMPANIONS]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for suffix, part in zip(COMPANIONS, parts, strict=True):
            if part is None:
                continue
            told = zipfile.ZipInfo(f"{path.stem}{suffix}")
            told.compress_type = zipfile.ZIP_DEFLATED
            with part.open("rb") as source, archive.open(told, "w", force_zip64=True) as sink:
                while chunk := source.read(CHUNK_BYTES):
                    sink.write(chunk)
            found.packed.append(part.name)
    found.path, found.name = str(target), target.name


# -- texts


def _look_at_text(path: Path, found: Looked) -> None:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        lines = head.count(b"\n")
        while chunk := file.read(CHUNK_BYTES):
            lines += chunk.count(b"\n")
    if not head.strip(b"\0"):
        found.code = "only_zeros"
        return
    found.encoding = _encoding(head)
    text = head.decode(found.encoding, errors="replace")
    with contextlib.suppress(csv.Error):
        table = list(itertools.islice(csv.reader(io.StringIO(text), delimiter=_delimiter(text)), FIRST + 1))
        _show(found, table)
    found.rows = max(0, lines - (1 if head.endswith(b"\n") or found.bytes > len(head) else 0))


def _encoding(head: bytes) -> str:
    """By the head alone; the centre reads the whole and decides."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for name in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            head[: head.rfind(b"\n") + 1 or len(head)].decode(name)
            return name
    return "latin-1"


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _show(found: Looked, table: Sequence[Sequence[object]]) -> None:
    rows = [[_cell(cell) for cell in row[:COLUMNS]] for row in table]
    width = max((k + 1 for row in rows for k, cell in enumerate(row) if cell), default=0)
    rows = [row[:width] for row in rows]
    found.columns, found.first = (rows[0], rows[1:]) if rows else ([], [])


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return "".join(char if char.isprintable() else " " for char in text)[:CELL_CHARS]


# -- others


def _look_at_workbook(path: Path, found: Looked) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        found.layers = list(book.sheetnames)
        sheet = book.worksheets[0]
        found.layer = sheet.title
        _show(found, list(sheet.iter_rows(max_row=FIRST + 1, max_col=COLUMNS, values_only=True)))
        found.rows = max(-1, (sheet.max_row or 0) - 1)
    finally:
        book.close()


def _look_at_zip(path: Path, found: Looked) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        found.layers = [one.filename for one in members[:COLUMNS]]
        known = [one for one in members if Path(one.filename).suffix.lower() in BY_SUFFIX]
        if len(known) != 1:
            return
        member, kind = known[0], BY_SUFFIX[Path(known[0].filename).suffix.lower()]
        found.layer = member.filename
        if kind == "csv":
            with archive.open(member) as file:
                head = file.read(HEAD_BYTES)
            found.encoding = _encoding(head)
            text = head.decode(found.encoding, errors="replace")
            reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
            _show(found, list(itertools.islice(reader, FIRST + 1)))
    if kind in ("shp", "gpkg", "geojson"):
        _look_at_layers(f"/vsizip/{path}/{member.filename}", found, has_layers=False)


def _look_at_layers(path: str, found: Looked, has_layers: bool = True) -> None:
    import pyogrio

    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    facts = pyogrio.read_info(path, layer=names[0] if names else None, force_feature_count=True)
    if has_layers:
        found.layers, found.layer = names, names[0] if names else ""
    # Of these two the centre counts otherwise: what has no shape, and what stands in blocks.
    found.rows = -1 if found.format in ("topojson", "dxf") else int(facts["features"])
    found.crs = facts["crs"] or ""
    found.geometry = str(facts["geometry_type"] or "")
    found.encoding = str(facts["encoding"] or "") if found.format == "shp" else ""
    table = pyogrio.raw.read(path, layer=names[0] if names else None, max_features=FIRST, read_geometry=False)
    columns = [str(name) for name in table[0]["fields"]]
    values = table[3]
    _show(found, [columns, *(list(row) for row in zip(*values, strict=True))])


def _be_modest() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))


def main(arguments: Sequence[str]) -> int:
    _be_modest()
    try:
        found = look(Path(arguments[0]), Path(arguments[1]))
    except OSError:
        found = Looked(name=Path(arguments[0]).name, path=arguments[0], code="file_unreadable")
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
