"""Every bound of the map in one place: caches, batches, retries."""

from __future__ import annotations

TILE_THREADS = 2
TILE_BYTES = 96 * 1024 * 1024  # encoded tiles kept
TILE_SCHEMES = 16  # addresses still answered after newer ones were given out
LABEL_BLOCKS = 96  # blocks of placed names kept
LETTERINGS = 2_000  # drawn texts kept
LIVE_MARKS = 100_000  # marks of one live layer
BATCH_MS = 50  # between two messages about moving things
BATCH_MARKS = 5_000  # in one message
REMARK_MS = 1_000  # between two looks at what time has changed
REMARK_ROWS = 1_000  # looked at each time
COMPONENTS_MS = 300  # from the first component that changed until the changed ones are laid over
RESTING_MS = 500  # from the last resting row that changed until the ground is made anew
CRASHES = 3  # of the renderer, before the view gives up...
CRASH_WINDOW_MS = 30_000  # ...within this time
MESSAGE_CHARS = 64 * 1024  # one message from the page
SELF_CHECK_COLOURS = 8  # fewer different colours than this is a blank view
SELF_CHECK_MS = 15_000  # for a picture to be drawn at all
