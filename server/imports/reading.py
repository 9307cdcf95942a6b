"""Reading a file that nobody here wrote: `read_sheet` gives its columns and geometry, or says why not.

Promises: the file is only read; what cannot be read is refused as a whole with a code (`Unreadable`), what is wrong in
one row is told by that row; time and memory are bounded by server.imports.limits; heavy libraries are imported when a
file of their format is read, never before.
"""

from __future__ import annotations

from pathlib import Path

from server.imports.limits import LIMITS, Limits
from server.imports.profile import Profile
from server.imports.sheets import Header, Remark, Sheet, Unreadable

__all__ = ["Header", "Remark", "Sheet", "Unreadable", "read_sheet"]


def read_sheet(path: Path, profile: Profile | None = None, limits: Limits = LIMITS) -> Sheet:
    """The file as columns; without a profile everything is found out from its name and content."""
    raise NotImplementedError
