"""Whose keys the node has while the history is made: everybody's. Afterwards nobody's, as on every desktop."""

from __future__ import annotations

from collections.abc import Mapping

from services.node.seeds.names import SignedInOnly
from services.units.address import Address


class OwnNames(SignedInOnly):
    """Accounts whose memberships and orders the node signs for."""

    def __init__(self, keys: Mapping[Address, bytes]) -> None:
        self._keys = keys

    def key_of(self, account: Address) -> bytes | None:
        return self._keys.get(account)
