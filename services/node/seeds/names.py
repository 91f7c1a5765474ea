"""How the name in a path or a body becomes an account: the one place that knows, chosen when a node starts."""

from __future__ import annotations

from typing import Protocol

from services.units.address import Address, address
from services.wire.problems import ProblemError


class Names(Protocol):
    """Which accounts names mean, and who may act for them."""

    @property
    def reviewer(self) -> Address | None:
        """The operator who approves creators as soon as they ask; None where one decides by hand."""

    def meant(self, name: str) -> Address:
        """Give the account that a name means, to read about it. Raises ProblemError: request.invalid."""

    def acting(self, name: str, caller: Address | None) -> Address:
        """Give the account that a call acts for which names one.

        Raises ProblemError: account.sign_in_refused, account.forbidden.
        """

    def visitor(self, name: str | None) -> Address | None:
        """Give the account that a call without a session acts for; name: from its query. None for nobody."""

    def key_of(self, account: Address) -> bytes | None:
        """Give the key of an account that lives on this node; None for all whose owner alone can sign."""

    def name_of(self, account: Address) -> str:
        """Give the name under which answers show an account."""


class SignedInOnly:
    """A name is an address, and a call acts for the account that signed in."""

    @property
    def reviewer(self) -> Address | None:
        return None

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

    def visitor(self, name: str | None) -> Address | None:
        return None

    def key_of(self, account: Address) -> bytes | None:
        return None

    def name_of(self, account: Address) -> str:
        return account
