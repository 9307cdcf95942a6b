"""The tamper-evident side of the ledger: pure functions over stored bytes."""
