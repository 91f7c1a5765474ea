"""The two secrets that open a Circle account. They leave this module encrypted, or in one header, and show nowhere."""

from __future__ import annotations

import base64
import re

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from services.chain.errors import ChainUnreachable

_API_KEY = re.compile(r"[!-9;-~]+:[!-9;-~]+:[!-9;-~]+")
_ENTITY_SECRET = re.compile(r"[0-9a-fA-F]{64}")
_MIN_KEY_BITS = 2048


class CircleSecrets:
    """An API key (``PREFIX:ID:SECRET``) and an entity secret (64 hexadecimal digits).

    Raises ValueError that names the wrong one without showing it.
    """

    __slots__ = ("_api_key", "_entity_secret")

    def __init__(self, api_key: str, entity_secret: str) -> None:
        if not _API_KEY.fullmatch(api_key):
            raise ValueError("the API key is not PREFIX:ID:SECRET")
        if not _ENTITY_SECRET.fullmatch(entity_secret):
            raise ValueError("the entity secret is not 64 hexadecimal digits")
        self._api_key, self._entity_secret = api_key, bytes.fromhex(entity_secret)

    def authorization(self) -> str:
        """Give the header by which Circle knows the account."""
        return f"Bearer {self._api_key}"

    def ciphertext(self, public_key: RSAPublicKey) -> str:
        """Encrypt the entity secret for one request; never twice the same, which Circle insists on."""
        padding = OAEP(mgf=MGF1(algorithm=SHA256()), algorithm=SHA256(), label=None)
        return base64.b64encode(public_key.encrypt(self._entity_secret, padding)).decode()

    def __repr__(self) -> str:
        return "CircleSecrets(…)"

    def __reduce__(self) -> str:
        raise TypeError("secrets are not written down")


def read_public_key(pem: object) -> RSAPublicKey:
    """Read Circle's public key. Raises ChainUnreachable when it is none to trust a secret to."""
    try:
        found = load_pem_public_key(str(pem).encode())
    except ValueError as exc:
        raise ChainUnreachable("Circle gave no public key") from exc
    if not isinstance(found, RSAPublicKey) or found.key_size < _MIN_KEY_BITS:
        raise ChainUnreachable("Circle gave a public key of another kind")
    return found
