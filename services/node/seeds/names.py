"""Whom the names in paths and bodies mean, and who acts for them: one object, chosen when a node starts."""

from __future__ import annotations

from typing import Protocol

from services.units.address import Address, address
from services.wire.problems import ProblemError


class Names(Protocol):
    """How a name becomes an account."""

    def meant(self, name: str) -> Address:
        """Give the account that a name means, to read about it. Raises ProblemError: request.invalid."""

    def acting(self, name: str, caller: Address | None) -> Address:
        """Give the account that a call acts for which names one.

        Raises ProblemError: account.sign_in_refused, account.forbidden.
        """

    def key_of(self, account: Address) -> bytes | None:
        """Give the key of an account that lives on this node; None for all whose owner alone can sign."""


class SignedInOnly:
    """A name is an address, and a call acts for the account that signed in."""

    def meant(self, name: str) -> Address:
        try:
            return address(name)
        except ValueError as exc:
            raise ProblemError("request.invalid", field="name") from exc

    def acting(self, name: str, caller: Address | None) -> Address:
        if caller is None:
            raise ProblemError("account.sign_in_refused", reason="session")
        if name.lower() != caller:
            raise ProblemError("account.forbidden")
        return caller

    def key_of(self, account: Address) -> bytes | None:
        return None


SIGNED_IN_ONLY = SignedInOnly()
"""What every node has whose accounts' keys are their owners' alone."""
