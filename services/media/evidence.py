"""Proof for anybody that a creator sold a chunk that its own key does not open.

The manifest is signed by the creator and binds both the sealed file and the key. A key that keeps the commitment and
does not open the file is therefore the creator's fault: no buyer, no store and no node can bring that about.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from services.media.limits import MAX_SEALED_BYTES
from services.media.manifest import TRACK, Manifest
from services.media.manifest_text import MAX_BYTES
from services.media.seal import check_key, check_sealed, open_sealed
from services.media.signature import parse_signed
from services.wire.problems import ProblemError

TYPE = "museclock.evidence/1"
MAX_EVIDENCE_BYTES = MAX_SEALED_BYTES * 4 // 3 + 2 * MAX_BYTES


@dataclass(frozen=True, slots=True)
class Evidence:
    """A chunk that cannot be opened: the published file of its film, its place, its key and its sealed bytes."""

    signed: str
    index: int
    key: bytes
    sealed: bytes

    def to_bytes(self) -> bytes:
        """Write the file: JSON, the key in hexadecimal, the sealed bytes in base64."""
        sealed = base64.b64encode(self.sealed).decode()
        body = {"type": TYPE, "signed": self.signed, "index": self.index, "key": self.key.hex(), "sealed": sealed}
        return json.dumps(body, ensure_ascii=False).encode()


def read_evidence(data: bytes) -> Evidence:
    """Read an evidence file; nothing in it is checked yet. Raises ProblemError: evidence.invalid."""
    if len(data) > MAX_EVIDENCE_BYTES:
        raise ProblemError("evidence.invalid", what="length")
    try:
        match json.loads(data):
            case {
                "type": str(kind),
                "signed": str(signed),
                "index": int(index),
                "key": str(key),
                "sealed": str(sealed),
            }:
                if kind == TYPE and index >= 0:
                    return Evidence(signed, index, bytes.fromhex(key), base64.b64decode(sealed, validate=True))
    except (ValueError, binascii.Error, RecursionError) as exc:
        raise ProblemError("evidence.invalid", what="form") from exc
    raise ProblemError("evidence.invalid", what="form")


def verify_evidence(evidence: Evidence) -> Manifest:
    """Give the manifest whose creator is at fault, after every step was checked here; no network is needed.

    Raises ProblemError: manifest.invalid, manifest.signature, content.damaged (not the bytes that were published),
    content.wrong_key (not the key that was promised), evidence.invalid (the chunk opens, or there is no such chunk).
    """
    manifest = parse_signed(evidence.signed.encode()).manifest
    if evidence.index >= len(manifest.chunks):
        raise ProblemError("evidence.invalid", what="index")
    chunk = manifest.chunks[evidence.index]
    check_sealed(evidence.sealed, sha256=chunk.sha256, length=chunk.length, index=evidence.index)
    check_key(evidence.key, chunk.key_commitment, manifest.sealed_id, TRACK, evidence.index)
    try:
        open_chunk(manifest, evidence.index, key=evidence.key, sealed=evidence.sealed)
    except ProblemError as problem:
        if problem.code == "content.damaged":
            return manifest
        raise
    raise ProblemError("evidence.invalid", what="the chunk opens")


def open_chunk(manifest: Manifest, index: int, *, key: bytes, sealed: bytes) -> bytes:
    """Decrypt a chunk of a film. Raises ProblemError: content.wrong_key, content.damaged."""
    commitment = manifest.chunks[index].key_commitment
    return open_sealed(sealed, key=key, commitment=commitment, content_id=manifest.sealed_id, track=TRACK, index=index)
