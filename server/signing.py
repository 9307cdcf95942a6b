"""The centre's key for what it ships: made once, kept in its secrets, told to a seat at its log-in.

Suite ed25519; the suite is named in the key and in its id, so that another one can be added. Promises: the file is
readable by its owner only from its first byte on. It signs what it is given and decides nothing.
"""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casework.sync.messages import Manifest, key_id, signed_bytes
from server.founding import write_secret
from server.store import NotOpenable

SUITE = "ed25519"
KEY_BYTES = 32


class SigningKey:
    """`public` is what a seat pins."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = f"{SUITE}:{base64.b64encode(self._key.public_key().public_bytes_raw()).decode()}"

    @classmethod
    def load_or_make(cls, path: Path) -> SigningKey:
        """The key of a folder; a folder founded before there was one gets it now. Raises NotOpenable."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_secret(path, Ed25519PrivateKey.generate().private_bytes_raw())
        secret = path.read_bytes()
        if len(secret) != KEY_BYTES:
            raise NotOpenable(f"{path.name} is not a signing key")
        return cls(secret)

    def sign(self, manifest: Manifest) -> Manifest:
        """The manifest with its signature."""
        named = msgspec.structs.replace(manifest, key=key_id(self.public))
        signature = base64.b64encode(self._key.sign(signed_bytes(named))).decode()
        return msgspec.structs.replace(named, signature=signature)
