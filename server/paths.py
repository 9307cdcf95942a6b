"""What lies where in a centre's folder. Says names only; it creates and opens nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Paths(msgspec.Struct, frozen=True):
    """The folder of one centre."""

    root: Path

    @property
    def database(self) -> Path:
        return self.root / "centre.db"

    @property
    def components(self) -> Path:
        return self.root / "components.db"

    @property
    def base_map(self) -> Path:
        return self.root / "base.db"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def archived_cases(self) -> Path:
        return self.archive / "cases.db"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def blobs(self) -> Path:
        return self.root / "blobs"

    @property
    def imports(self) -> Path:
        return self.root / "imports"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def grant_key(self) -> Path:
        return self.secrets / "grant.key"

    @property
    def signing_key(self) -> Path:
        return self.secrets / "signing-key"

    @property
    def demo_accounts(self) -> Path:
        return self.secrets / "demo-accounts.txt"

    @property
    def admin_password(self) -> Path:
        return self.secrets / "admin-password.txt"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def lock(self) -> Path:
        return self.root / "serving.lock"
