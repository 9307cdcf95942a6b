"""Every bound of the program in one place: text lengths, batches, queues, windows.

Project defaults unless a source is named. Lengths are in characters, times in the unit that ends the name.
"""

from __future__ import annotations

TEXT_CHARS = 2000  # a report's description
OPINION_CHARS = 500
PLACE_CHARS = 200
UID_CHARS = 80  # a number at the source
CO_UNITS = 8
TRACE_STEPS = 200  # steps kept in a case's row; the ledger keeps all
NOTE_CHARS = 1000

PUSH_COMMANDS = 64  # commands in one push
PAGE_ENTRIES = 500  # entries in one page of changes; a command's entries are never split
OUTBOX_ITEMS = 20_000  # unsent things one seat may hold
RECEIPT_DAYS = 30  # how long a seat keeps what was acknowledged (sync invariant I10)

PHOTO_BYTES = 32_000_000  # one photo
PHOTO_CACHE_BYTES = 512_000_000  # photos one seat keeps
PHOTO_WISHES = 64  # photos a seat waits for at a time

DISPATCH_UNDO_MS = 10_000  # before a dispatch leaves (console standard)
LAMP_LIVE_MS = 5_000
LAMP_LATE_MS = 15_000
CLAIM_SILENCE_MS = 60_000  # a claim lapses when its seat has been silent this long

NUMBER_BLOCK = 50  # case numbers reserved for a seat at a time
NUMBER_LOW = 20  # a seat with fewer left is given another block
