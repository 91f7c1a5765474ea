"""The creator's signature under a manifest (EIP-712), and the two of them as one file."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.hashing import SignatureError, address_of, keccak256, recover_address, sign_digest
from services.media.manifest import Manifest, canonical_json, invalid
from services.media.manifest_text import manifest_of, read_json
from services.units.address import Address, raw
from services.wire.problems import ProblemError

_DOMAIN = b"EIP712Domain(string name,string version,uint256 chainId)"
_MANIFEST = (
    b"Manifest(bytes32 contentId,uint64 version,bytes32 chunksRoot,uint32 chunkCount,bytes32 bodyHash,"
    b"address creator,address escrow,address token,uint64 createdAt)"
)
# What does not change is hashed once.
_DOMAIN_HEAD = keccak256(_DOMAIN) + keccak256(b"Museclock") + keccak256(b"1")
_MANIFEST_HEAD = keccak256(_MANIFEST)


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest with its creator's signature, which was checked when this was made by parse_signed()."""

    manifest: Manifest
    signature: bytes

    def to_bytes(self) -> bytes:
        """Give the one file that is published: canonical JSON of both."""
        return canonical_json({"manifest": self.manifest.to_json(), "signature": "0x" + self.signature.hex()})


def sign_manifest(manifest: Manifest, key: bytes) -> SignedManifest:
    """Sign with the creator's key; raises ProblemError: manifest.signature when it is not the creator's."""
    if address_of(key) != manifest.creator:
        raise ProblemError("manifest.signature", creator=manifest.creator)
    return SignedManifest(manifest, sign_digest(manifest_digest(manifest), key))


def verify_manifest(manifest: Manifest, signature: bytes) -> Address:
    """Give the creator who signed; raises ProblemError: manifest.signature when it was not the manifest's creator."""
    signer = _signer(manifest, signature)
    if signer != manifest.creator:
        raise ProblemError("manifest.signature", creator=manifest.creator)
    return signer


def parse_signed(data: bytes) -> SignedManifest:
    """Read a published file and check its signature.

    Raises ProblemError: manifest.invalid, manifest.signature.
    """
    value = read_json(data)
    match value:
        case {"manifest": dict() as body, "signature": str(text), **rest} if not rest:
            signed = SignedManifest(manifest_of(body), _signature(text))
        case _:
            raise invalid("fields")
    if signed.to_bytes() != data:
        raise invalid("spelling")
    verify_manifest(signed.manifest, signed.signature)
    return signed


def _signature(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError as exc:
        raise invalid("signature") from exc


def _signer(manifest: Manifest, signature: bytes) -> Address | None:
    try:
        return recover_address(manifest_digest(manifest), signature)
    except SignatureError:
        return None


def manifest_digest(manifest: Manifest) -> bytes:
    """Give the 32 bytes that a creator signs: EIP-712 over what identifies the film and all of its text."""
    fields = (
        raw(manifest.content_id),
        _word(manifest.version),
        raw(manifest.chunks_root),
        _word(len(manifest.chunks)),
        raw(manifest.body_hash),
        *(raw(address).rjust(32, b"\0") for address in (manifest.creator, manifest.escrow, manifest.token)),
        _word(manifest.created_at),
    )
    domain = keccak256(_DOMAIN_HEAD + _word(manifest.chain_id))
    return keccak256(b"\x19\x01" + domain + keccak256(_MANIFEST_HEAD + b"".join(fields)))


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")
