"""Reading a file that nobody here wrote: `read_sheet` gives its columns and geometry, or says why not.

Promises: the file is only read; what cannot be read is refused as a whole with a code (`Unreadable`), what is wrong in
one row is told by that row; time and memory are bounded by server.imports.limits; heavy libraries are imported when a
file of their format is read, never before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from server.garbage import without_collecting
from server.imports.formats import PARTS, opened, sibling
from server.imports.limits import LIMITS, Limits
from server.imports.profile import Profile, Source, missing_columns
from server.imports.sheets import Header, Remark, Sheet, Unreadable

__all__ = ["Header", "Remark", "Sheet", "Unreadable", "read_sheet"]

Reader = Callable[[Path, Source, Limits], Sheet]
CHUNK_BYTES = 1 << 20


def read_sheet(path: Path, profile: Profile | None = None, limits: Limits = LIMITS) -> Sheet:
    """The file as columns; without a profile everything is found out from its name and content."""
    source = profile.file if profile else Source()
    try:
        with without_collecting(), opened(path, source, limits) as one:
            # By name, so that a format's libraries are loaded with the first file of it.
            read: Reader = import_module(f"server.imports.read_{one.format}").read
            sheet = read(one.path, source, limits)
            sheet.member = one.member
            sheet.remarks = (*one.remarks, *sheet.remarks)
            sheet.format = one.format
            sheet.layer = sheet.layer or Path(one.member or path).stem
            sheet.sha256, sheet.size_bytes = _fingerprint(path, one.format if not one.member else "zip")
    except MemoryError as error:
        raise Unreadable("too_large", bytes=path.stat().st_size, limit=limits.file_bytes) from error
    missing = missing_columns(profile, sheet.columns) if profile else []
    if missing:
        listed = ", ".join(header.name for header in sheet.headers)
        raise Unreadable("missing_column", **missing[0], more=len(missing) - 1, columns=listed[:1000])
    return sheet


def _fingerprint(path: Path, format_name: str) -> tuple[str, int]:
    """Of the file as handed in; of all parts of a shapefile."""
    parts = [path]
    if format_name == "shp":
        parts += [part for suffix in PARTS[:4] if (part := sibling(path, suffix))]
    digest, size = hashlib.sha256(), 0
    for part in parts:
        size += part.stat().st_size
        with part.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest(), size
