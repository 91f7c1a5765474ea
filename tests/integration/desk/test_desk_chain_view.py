"""What a creator's desk enters of the Escrow's events: its own shares, whatever they came from, and nobody else's."""

from __future__ import annotations

import pytest

from services.chain.gateway import Allocated, Collected, EscrowEvent, PlatformWithdrawn, Subscribed
from services.db.ledger import balance
from services.desk.chain_view import follow, sums
from services.desk.money import ESCROW, SALES
from services.desk.tables import ChainSeen
from services.units.address import address, bytes32
from services.units.money import Money
from tests.fixtures.world import RunningWorld

OTHER = address("0x" + "0f" * 20)
NAME = bytes32(b"\x01" * 32)


async def test_tills_memberships_and_shares_of_the_pool_are_earned(
    running: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = running.desk("creator")
    me, head = desk.keyring.owner(), desk.chain.head().number + 1
    events: list[EscrowEvent] = []
    for creator in (me, OTHER):
        split = {"amount": Money(100), "creator_share": Money(90), "platform_share": Money(10), "creator": creator}
        place = {"block_number": head, "timestamp": 1_800_000_000, "tx": NAME}
        shared = {**split, **place}
        first = len(events)
        events += [
            Collected(**shared, log_index=first),  # type: ignore[arg-type]
            Subscribed(**shared, log_index=first + 1, viewer=OTHER, tier=NAME, payer=OTHER, until=1, nonce=NAME),  # type: ignore[arg-type]
            Allocated(**shared, log_index=first + 2, round_id=NAME),  # type: ignore[arg-type]
            PlatformWithdrawn(**place, log_index=first + 3, to=OTHER, amount=Money(7)),  # type: ignore[arg-type]
        ]
    monkeypatch.setattr(type(desk.chain), "escrow_events", lambda _self, _first, _last: events)
    with desk.database.write() as session:
        session.query(ChainSeen).delete()
    assert follow(desk)
    with desk.database.read() as session:
        assert (balance(session, SALES), balance(session, ESCROW)) == (Money(-270), Money(270))
    assert sums(desk).earned == Money(270)
