"""What checking a file comes to: which rows enter, which do not and why, and what entering them would write.

Nothing here has been written anywhere; `server.imports.entering` does that, after the report is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from casework.entities.delivery import Delivery, DeliveryKind
from server.archive.cases import ArchivedCases
from server.component_file import ComponentTable
from server.imports.places import Pipeline
from server.imports.placing import Placed
from server.imports.profile import Profile
from server.imports.sheets import Remark, Sheet
from server.imports.sieve import Sieve
from server.imports.standing import Standing
from server.store.writing import Put

UNCHANGED, MADE, CHANGED = 0, 1, 2
Fate = NDArray[np.uint8]


class Entering(msgspec.Struct, frozen=True, kw_only=True):
    """What is written: rows as entries of the ledger, and resting files as a whole.

    `puts` are made when they are written, for they carry who delivered them and when. `components` is the whole new
    file; `archived` and `rearchived` go into the archive.
    """

    puts: Callable[[Delivery], Iterable[Put]] = lambda delivery: ()
    components: ComponentTable | None = None
    archived: ArchivedCases | None = None
    rearchived: ArchivedCases | None = None
    numbers: Mapping[str, int] = {}  # the next free case number of a day

    @property
    def has_files(self) -> bool:
        return not (self.components is None and self.archived is None and self.rearchived is None)


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A file, checked. `fate` says of a row that enters what becomes of it; of a refused one it says nothing."""

    kind: DeliveryKind
    sheet: Sheet
    profile: Profile
    standing: Standing
    sieve: Sieve
    fate: Fate
    entering: Entering
    pipeline: Pipeline | None = None
    placed: Placed | None = None
    remarks: tuple[Remark, ...] = ()
    absent: int = 0
    removed: int = 0
    # Outlines for the map of what is wrong, in mm of the city's plane: the city's grids, or those of the file.
    wrong_shapes: Mapping[int, object] = {}

    def count(self, fate: int) -> int:
        return int(np.count_nonzero((self.fate == fate) & self.sieve.is_free))

    @property
    def entered(self) -> int:
        """New, changed and unchanged."""
        return self.sheet.rows - self.sieve.count

    @property
    def is_nothing_new(self) -> bool:
        """Whether entering it would change nothing at all."""
        return self.count(MADE) + self.count(CHANGED) + self.removed == 0
