"""Wallets that follow from names. Only for money of no value: whoever says a name acts for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.chain.hashing import address_of, key_from_seed
from services.db.keybox import KeyBox
from services.node.seeds.names import SignedInOnly
from services.units.address import Address

NAME = r"[A-Za-z][A-Za-z0-9_.-]{0,39}"
OPERATOR = "operator"
"""The name of the account that governs the node."""


def is_name(text: object) -> bool:
    """Tell a name from an address, a token, and everything else."""
    return isinstance(text, str) and re.fullmatch(NAME, text) is not None


@dataclass(frozen=True, slots=True, repr=False)
class NamedWallet:
    """An account and its key (32 bytes)."""

    name: str
    address: Address
    key: bytes


class NamedWallets(SignedInOnly):
    """Makes the same wallet for a name every time, and funds it at first use.

    To the node behind, it is who holds the keys of accounts that were named since it started.
    """

    def __init__(self, keys: KeyBox, faucet: Callable[[Address], None]) -> None:
        """faucet: gives an account its first money, if it never had any; blocking."""
        self._keys, self._faucet = keys, faucet
        self._funded: dict[str, NamedWallet] = {}
        self._known: dict[Address, NamedWallet] = {}

    def of(self, name: str) -> NamedWallet:
        """Give the wallet of a name, without funding it."""
        key = key_from_seed(self._keys.derive(f"museclock/named-account/1/{name}"))
        found = NamedWallet(name, address_of(key), key)
        self._known[found.address] = found
        return found

    def funded(self, name: str) -> NamedWallet:
        """Give the wallet of a name with its first money in it. Blocking."""
        found = self._funded.get(name)
        if found is None:
            found = self.of(name)
            self._faucet(found.address)
            self._funded[name] = found
        return found

    def key_of(self, account: Address) -> bytes | None:
        found = self._known.get(account)
        return None if found is None else found.key

    def name_of(self, account: str) -> str:
        """Give the name of an account that was named since the start; its address for all others."""
        found = self._known.get(Address(account))
        return account if found is None else found.name
