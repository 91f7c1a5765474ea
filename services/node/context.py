"""What every slice of the node works with."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.book import TransactionBook
from services.chain.gateway import ChainGateway
from services.chain.relayer import Relayer
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.ipfs.store import BlockStore
from services.node.channels.journal import VoucherJournal
from services.node.kyc.provider import KycProvider, ManualReview
from services.node.sales.shelf import Shelf
from services.node.seeds.names import SIGNED_IN_ONLY, Names
from services.sharing.model import SharingModel
from services.units.address import Address
from services.units.time import Clock


@dataclass(frozen=True, slots=True, repr=False)
class Authorizer:
    """The key that signs claims and refunds for the receivers' side; it can only pay a creator's till or the payer."""

    address: Address
    key: bytes


@dataclass(slots=True)
class ChannelSwitch:
    """Whether channels are offered; off until the contracts at the standard's addresses were checked."""

    is_offered: bool = False

    def switch(self, is_offered: bool) -> None:
        """Say what the check found."""
        self.is_offered = is_offered


@dataclass(frozen=True, slots=True)
class Node:
    """The node's parts, put together by the process that runs it. It owns none of them."""

    database: Database
    chain: ChainGateway
    relayer: Relayer
    treasurer: Relayer
    """Speaks for the Escrow's owner about the pooled pass; the relayer itself, unless another key was named."""
    book: TransactionBook
    """What the relayer signed."""
    blocks: BlockStore
    keys: KeyBox
    authorizer: Authorizer
    channels: ChannelSwitch
    vouchers: VoucherJournal
    shelf: Shelf
    clock: Clock
    domain: str
    """The name that sign-in messages must carry, such as ``museclock.local``."""
    uri: str
    operators: frozenset[Address] = frozenset()
    """Who may do everything that moderators may, and name them."""
    sanctions: frozenset[Address] = frozenset()
    """Accounts that must not be verified, nor paid."""
    sharing: SharingModel | None = None
    """The constants by which the pass' months are shared out, where they are not the shipped ones."""
    block_quota: int = 64 * 1024**3
    """How many bytes of blocks one account may bring."""
    kyc: KycProvider = ManualReview()  # noqa: RUF009  it has no state
    """Who checks creators' identity."""
    names: Names = SIGNED_IN_ONLY
    """Whom the names in paths and bodies mean, and who acts for them."""
