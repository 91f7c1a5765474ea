"""What every slice of the node works with."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.book import TransactionBook
from services.chain.gateway import ChainGateway
from services.chain.relayer import Relayer
from services.db.engine import Database
from services.db.keybox import KeyBox
from services.ipfs.store import BlockStore
from services.units.time import Clock


@dataclass(frozen=True, slots=True)
class Node:
    """The node's parts, put together by the process that runs it. It owns none of them."""

    database: Database
    chain: ChainGateway
    relayer: Relayer
    book: TransactionBook
    """What the relayer signed."""
    blocks: BlockStore
    keys: KeyBox
    clock: Clock
    domain: str
    """The name that sign-in messages must carry, such as ``museclock.local``."""
    uri: str
