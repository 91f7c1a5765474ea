"""Accounts that live on the node under a name: demo money, and a key that anybody may use who says the name."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import select

from services.chain.hashing import address_of, key_from_seed
from services.db.dialects import insert_into
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.node.seeds.names import SignedInOnly
from services.node.seeds.tables import NamedAccount
from services.units.address import Address
from services.wire.problems import ProblemError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_OPERATOR = "operator"
_ADD = insert_into(NamedAccount).on_conflict_do_nothing()


class NamedAccounts(SignedInOnly):
    """Every name is an account, made and funded at first use; addresses stay their owners' alone.

    Only for money of no value. faucet: gives an account its first money, if it has none; blocking.
    """

    def __init__(self, database: Database, keys: KeyBox, faucet: Callable[[Address], None]) -> None:
        self._database, self._keys, self._faucet = database, keys, faucet
        self._known: dict[str, Address] = {}

    @property
    def reviewer(self) -> Address | None:
        return self.meant(_OPERATOR)

    def meant(self, name: str) -> Address:
        return address_of(self._key(name)) if _NAME.fullmatch(name) else super().meant(name)

    def acting(self, name: str, caller: Address | None) -> Address:
        if not _NAME.fullmatch(name):
            return super().acting(name, caller)
        if caller is not None:
            # Who signed in is somebody, and then nobody else.
            return super().acting(self.meant(name), caller)
        return self._known.get(name) or self._at_first_use(name)

    def visitor(self, name: str | None) -> Address | None:
        if name is None:
            return None
        if not _NAME.fullmatch(name):
            raise ProblemError("account.sign_in_refused", reason="session")
        return self.acting(name, None)

    def key_of(self, account: Address) -> bytes | None:
        name = self._find(account)
        return None if name is None else self._key(name)

    def name_of(self, account: Address) -> str:
        return self._find(account) or account

    def _at_first_use(self, name: str) -> Address:
        found = self.meant(name)
        with self._database.write() as session:
            session.execute(_ADD, {"address": found, "name": name})
        self._faucet(found)
        self._known[name] = found
        return found

    def _find(self, account: Address) -> str | None:
        with self._database.read() as session:
            return session.scalar(select(NamedAccount.name).where(NamedAccount.address == account))

    def _key(self, name: str) -> bytes:
        return key_from_seed(self._keys.derive(f"museclock/named-account/1/{name}"))
