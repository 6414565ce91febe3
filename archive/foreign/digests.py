"""The digests that WARC records and WACZ packages state: `sha1:`, `sha256:` … before base32 or hex."""

from __future__ import annotations

import base64
import binascii
import hashlib

_SIZES = {"md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}


def parsed(stated: str) -> tuple[str, bytes] | None:
    """Algorithm and digest; None where the algorithm is not known here. A digest of the wrong form is empty."""
    name, _, value = stated.strip().partition(":")
    algorithm = name.lower().replace("-", "")
    if algorithm not in _SIZES:
        return None
    return algorithm, _decoded(value.strip(), _SIZES[algorithm])


def holds(stated: str | None, *forms: bytes) -> bool:
    """Whether one of these is what a digest was taken of; nothing speaks against one that cannot be computed here."""
    digest = parsed(stated) if stated else None
    if digest is None:
        return True
    algorithm, value = digest
    return any(hashlib.new(algorithm, form, usedforsecurity=False).digest() == value for form in forms)


def _decoded(value: str, size: int) -> bytes:
    """Hex, base32 or base64, told apart by length; WARC leaves the choice open."""
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        bare = value.rstrip("=")
        if len(bare) == -(-8 * size // 5):
            return base64.b32decode(bare.upper() + "=" * (-len(bare) % 8))
        return base64.b64decode(bare.translate(str.maketrans("-_", "+/")) + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""
