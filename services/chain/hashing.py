"""Keccak-256 and secp256k1: the two functions that everything signed on this chain rests on."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from coincurve import PrivateKey, PublicKey
from coincurve._libsecp256k1 import ffi, lib  # type: ignore[import-not-found]  # compiled
from coincurve.context import GLOBAL_CONTEXT

from services.units.address import Address, address

# Order of secp256k1's group (SEC 2, 2.4.1); a signature with s above its half is refused (EIP-2).
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_HALF_ORDER = (ORDER // 2).to_bytes(32, "big")
_SIGNATURE_BYTES, _DIGEST_BYTES, _KEY_BYTES = 65, 32, 32
_RECOVERABLE, _PUBLIC = "secp256k1_ecdsa_recoverable_signature *", "secp256k1_pubkey *"
# 16 bytes more than the order has: they make the remainder even (FIPS 186-5, A.2.1).
SEED_BYTES = 48
_FIRST_V = 27


class SignatureError(ValueError):
    """Not a signature that Ethereum accepts."""


def _fastest() -> Callable[[bytes], Any]:
    """Choose the Keccak-256: C where there is a wheel of it, six times as fast, else what is there everywhere."""
    try:
        from sha3 import keccak_256
    except ImportError:
        from Crypto.Hash import keccak

        return lambda data: keccak.new(digest_bits=256, data=data)
    return keccak_256  # type: ignore[no-any-return]


_keccak = _fastest()


def keccak256(data: bytes) -> bytes:
    """Hash data with Ethereum's Keccak-256."""
    digest: bytes = _keccak(data).digest()
    return digest


def address_of(key: bytes) -> Address:
    """Give the address that belongs to a private key (32 bytes)."""
    return _address(PrivateKey(key).public_key)


def key_from_seed(seed: bytes) -> bytes:
    """Make a private key (32 bytes) of a secret seed of SEED_BYTES; the same seed gives the same key."""
    return (int.from_bytes(seed, "big") % (ORDER - 1) + 1).to_bytes(32, "big")


def sign_digest(digest: bytes, key: bytes) -> bytes:
    """Sign 32 bytes: r, s and v (27 or 28) in 65 bytes, deterministic (RFC 6979), low s."""
    if len(digest) != _DIGEST_BYTES or len(key) != _KEY_BYTES:
        raise ValueError("a digest and a key have 32 bytes")
    # Not by coincurve's PrivateKey, which computes the public key each time: that takes as long as the signature.
    context, made = GLOBAL_CONTEXT.ctx, ffi.new(_RECOVERABLE)
    if not lib.secp256k1_ecdsa_sign_recoverable(context, made, digest, key, ffi.NULL, ffi.NULL):
        raise ValueError("not a private key")
    written, last = ffi.new("unsigned char[64]"), ffi.new("int *")
    lib.secp256k1_ecdsa_recoverable_signature_serialize_compact(context, written, last, made)
    return bytes(ffi.buffer(written)) + bytes((last[0] + _FIRST_V,))


def recover_address(digest: bytes, signature: bytes) -> Address:
    """Tell who signed digest. Raises SignatureError for a wrong shape, a high s, or what fits no key."""
    if len(signature) != _SIGNATURE_BYTES or signature[64] - _FIRST_V not in (0, 1):
        raise SignatureError("not r, s and v (27 or 28)")
    if signature[32:64] > _HALF_ORDER:
        raise SignatureError("s is in the upper half")
    if len(digest) != _DIGEST_BYTES:
        raise SignatureError("not a digest")
    # The library's own functions: coincurve's way around them takes a fifth of a recovery's time.
    context, given, public = GLOBAL_CONTEXT.ctx, ffi.new(_RECOVERABLE), ffi.new(_PUBLIC)
    if not lib.secp256k1_ecdsa_recoverable_signature_parse_compact(context, given, signature, signature[64] - _FIRST_V):
        raise SignatureError("r or s is out of range")
    if not lib.secp256k1_ecdsa_recover(context, public, given, digest):
        raise SignatureError("no key fits")
    return _address_of_public(ffi.buffer(public)[:])


# The same few keys sign voucher after voucher; writing and hashing them anew takes a fifth of a recovery.
@lru_cache(maxsize=16_384)
def _address_of_public(held: bytes) -> Address:
    """held: a public key as the library holds it."""
    return _address(PublicKey(ffi.new(_PUBLIC, {"data": held})))


def _address(public: PublicKey) -> Address:
    return address("0x" + keccak256(public.format(compressed=False)[1:])[-20:].hex())
