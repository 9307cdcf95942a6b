"""Whether what the centre ships is of the centre whose key this seat has pinned.

Pure but for the mathematics; it keeps no key and knows no file.
"""

from __future__ import annotations

import base64
import binascii

from casework.sync.messages import Manifest, key_id, signed_bytes

SUITE = "ed25519"


def is_sealed(manifest: Manifest, key: str) -> bool:
    """Whether the holder of `key` has signed exactly this manifest; False for a suite not known here."""
    # Here, because the library takes its time and a start without the centre needs none of it.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    suite, _, public = key.partition(":")
    if suite != SUITE or manifest.key != key_id(key):
        return False
    try:
        made = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        made.verify(base64.b64decode(manifest.signature, validate=True), signed_bytes(manifest))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
