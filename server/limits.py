"""The centre's own bounds: batches, waits, sizes and ages. What seats share is in casework.limits.

Project defaults unless a source is named.
"""

from __future__ import annotations

BATCH_JOBS = 512  # jobs of one group commit
QUEUE_JOBS = 20_000  # jobs waiting for the writer; beyond it the centre answers 503
STORED_MEMO = 20_000  # rows the writer remembers between commands

ID_CHARS = 80  # a seat's or a command's id
BODY_BYTES = 4_000_000  # one request, blobs excepted
BLOB_BYTES = 32_000_000  # one photo
CHUNK_BYTES = 256 * 1024  # read from a file at a time

IMPORT_BYTES = 1_500_000_000  # one file from outside, as server.imports reads it at most
IMPORT_FILES_BYTES = 6_000_000_000  # of all that are kept; beyond it the oldest go
IMPORT_KEPT_MS = 86_400_000  # a file from outside, and what was checked of it
IMPORT_TIDY_S = 3_600
IMPORTS_WAITING = 4  # checks that wait for their turn; there is one at a time
IMPORTS_KEPT = 12  # checked ones that nobody has put away
IMPORT_CHECK_S = 1_800  # longer than this no check takes
IMPORT_CHECK_BYTES = 6_000_000_000  # memory of the process that checks, where the system can hold it to that

TICK_MS = 100  # changes of this long go down together (measured: sync design 2.2)
IDLE_ADVANCE_MS = 1_000  # a cursor moves over entries that are not the seat's at least this often
HEARTBEAT_MS = 15_000  # comment on a quiet stream, so that proxies keep it
WAIT_MAX_MS = 25_000  # long poll
RING_PAGES = 600  # pages kept per channel set; who is further behind reads from the store
RING_BYTES = 16_000_000  # and no more than this of them
RING_IDLE_MS = 60_000  # a ring nobody reads is let go
KEEP_ALIVE_S = 90  # uvicorn's 5 s closes idle seats' sockets under their next command

SESSION_MS = 16 * 3_600_000  # a shift of 12 hours and a handover
GRANT_MS = 14 * 86_400_000  # unsent work may still go out under its author this long after the log-in
SESSIONS = 20_000
FREE_FAILURES = 3  # wrong passwords before answers are delayed
LOG_IN_DELAY_MS = 1_000  # doubled with every further wrong password
LOG_IN_DELAY_MAX_MS = 60_000
LOG_IN_ACCOUNTS = 10_000  # accounts whose failures are remembered
LOG_INS_AT_ONCE = 2  # argon2 takes a core each
PASSWORD_CHARS = 200

LAPSE_EVERY_MS = 5_000  # how often claims of silent seats are looked for
PRESENCE_MS = 90_000  # a case counts as open at a seat this long without a word

SNAPSHOT_BEHIND = 2_000  # entries a rows snapshot may lag at least; a seat fetches the rest as changes
SNAPSHOT_BEHIND_SHARE = 20  # and in a large city this part of its rows: a page costs less than building anew
SNAPSHOT_WAIT_BYTES = 32_000_000  # a file up to this size is compressed while the seat waits for its list
SNAPSHOTS_KEPT = 3  # per dataset and channel set, so that a download under way can be resumed
GENESIS_ENTRIES = 200  # entries of one founding command
