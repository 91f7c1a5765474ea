"""The creator's signature under a manifest (EIP-712), and the two of them as one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.media.manifest import Manifest, canonical_json, invalid
from services.media.manifest_text import manifest_of, read_json
from services.units.address import Address, address, raw
from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from eth_account.messages import SignableMessage

_SIGNATURE_BYTES = 65
# Half of secp256k1's group order: the larger of the two valid values is refused (EIP-2).
_MAX_S = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_TYPES = {
    "Manifest": [
        {"name": "contentId", "type": "bytes32"},
        {"name": "version", "type": "uint64"},
        {"name": "chunksRoot", "type": "bytes32"},
        {"name": "chunkCount", "type": "uint32"},
        {"name": "bodyHash", "type": "bytes32"},
        {"name": "creator", "type": "address"},
        {"name": "escrow", "type": "address"},
        {"name": "token", "type": "address"},
        {"name": "createdAt", "type": "uint64"},
    ]
}


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
    from eth_account import Account

    signed = SignedManifest(manifest, bytes(Account.sign_message(_message(manifest), key).signature))
    verify_manifest(manifest, signed.signature)
    return signed


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
    from eth_account import Account
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    if len(signature) != _SIGNATURE_BYTES or signature[-1] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64], "big") > _MAX_S:
        return None
    try:
        return address(Account.recover_message(_message(manifest), signature=signature))
    except (BadSignature, ValidationError):
        return None


def _message(manifest: Manifest) -> SignableMessage:
    from eth_account.messages import encode_typed_data

    domain: dict[str, Any] = {"name": "Museclock", "version": "1", "chainId": manifest.chain_id}
    return encode_typed_data(domain, _TYPES, _message_body(manifest))


def _message_body(manifest: Manifest) -> dict[str, Any]:
    return {
        "contentId": raw(manifest.content_id),
        "version": manifest.version,
        "chunksRoot": raw(manifest.chunks_root),
        "chunkCount": len(manifest.chunks),
        "bodyHash": raw(manifest.body_hash),
        "creator": manifest.creator,
        "escrow": manifest.escrow,
        "token": manifest.token,
        "createdAt": manifest.created_at,
    }
