"""Which transaction brought a voucher to the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.book import TransactionState
from services.db.dialects import insert_into
from services.node.context import Node
from services.node.tables import Channel, ChannelClaim
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.units.money import Money


def note(node: Node, rows: Sequence[Channel], intent: IntentId) -> None:
    """Write down what a claim is about to bring, before it is sent. Blocking."""
    claims = [{"channel_id": row.id, "claimed": row.charged, "intent": intent} for row in rows]
    with node.database.write() as session:
        session.execute(insert_into(ChannelClaim).on_conflict_do_nothing(), claims)


class Claimed:
    """The claims of some channels, found for one list."""

    def __init__(self, node: Node, session: Session, least: Mapping[str, Money]) -> None:
        """least: by channel, the smallest total that is asked for."""
        self._node = node
        self._ended: dict[str, Bytes32 | None] = {}
        self._claims: dict[str, list[tuple[Money, str]]] = {}
        wanted = select(ChannelClaim).where(ChannelClaim.channel_id.in_(least)).order_by(ChannelClaim.claimed)
        for row in session.scalars(wanted):
            if row.claimed >= least[row.channel_id]:
                self._claims.setdefault(row.channel_id, []).append((row.claimed, row.intent))

    def transaction(self, channel: str, cumulative: Money) -> Bytes32 | None:
        """Give the transaction that first claimed so much; None while none did, or for a claim of somebody else."""
        for claimed, intent in self._claims.get(channel, ()):
            if claimed >= cumulative and (found := self._end(intent)) is not None:
                return found
        return None

    def _end(self, intent: str) -> Bytes32 | None:
        if intent not in self._ended:
            relayed = self._node.relayer.find(intent)
            ended = relayed is not None and relayed.state is TransactionState.CONFIRMED
            self._ended[intent] = relayed.hash if relayed is not None and ended else None
        return self._ended[intent]
