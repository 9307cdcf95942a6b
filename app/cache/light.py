"""sqlite-utils without what it would bring along.

It imports pandas wherever that is installed, for type names the seat never uses; that took longer than all the
rest of a seat's start together. Promises: pandas is importable afterwards as before, for those who ask for it.
"""

from __future__ import annotations

import sys

__all__ = ["Database"]

_is_hidden = "pandas" not in sys.modules
if _is_hidden:
    # A name that is None here is one whose import fails: sqlite-utils then does without.
    sys.modules["pandas"] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database
finally:
    if _is_hidden:
        del sys.modules["pandas"]
