"""Times of a file as instants: by the forms of the profile, in order, in the zone of the profile.

Promises: a value is read by the first form that fits it as a whole, or it is unreadable; which form each row took is
told; a date without a time is the start or the end of its day; an hour that was doubled or skipped by the clock is read
as the profile says. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.imports.profile import Clock

UNREADABLE = -1
EMPTY = -2


def instants(values: Sequence[str], time: Clock) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Milliseconds UTC (0 where there is none), and the index of the form taken, UNREADABLE or EMPTY."""
    raise NotImplementedError
