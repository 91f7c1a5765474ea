"""Claims what was sold by vouchers, many channels at once, and brings it through the tills into the Escrow."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import literal, or_, select

from services.chain.calls import Call
from services.chain.channel_calls import claim_signed_call, multicall_call, settle_call
from services.chain.channels import Claim, Voucher, sign_claims
from services.chain.errors import ChainReverted
from services.chain.relayer import next_attempt
from services.chain.till import collect_call
from services.node.channels.book import config_of, refresh, refresh_all
from services.node.channels.claimed import note
from services.node.context import Node
from services.node.sales.terms import till_of
from services.node.tables import Channel
from services.units.address import Address, Bytes32, bytes32
from services.units.ids import IntentId, named_intent
from services.units.money import Money

_log = logging.getLogger(__name__)
_WAIT_S = 20.0
_MOST, _COLLECT_FROM, _ANY = Money(5_000_000), Money(100_000), Money(1)
_ROWS = 50
"""About 1 million gas a claim, far below Osaka's limit of 16.7 million for a transaction (EIP-7825)."""


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """When a channel is claimed; and at once when its payer announces a withdrawal."""

    session_end: timedelta = timedelta(minutes=5)
    """So long without a purchase ends a session."""
    longest: timedelta = timedelta(hours=1)
    """The oldest unclaimed purchase waits no longer."""
    most: Money = _MOST
    """Nor does more than this."""
    collect_from: Money = _COLLECT_FROM
    """A till with less waits for more, so that gas does not eat it."""


RULES = ClaimRules()


def claim_of(row: Channel) -> Claim:
    """Write a channel's last voucher as a row of a claim."""
    if row.signature is None:
        raise ValueError("nothing was charged on this channel")
    voucher = Voucher(bytes32(row.id), row.charged, row.signature)
    return Claim(config_of(row), voucher, row.charged)


def claim_due(node: Node, *, rules: ClaimRules = RULES) -> int:
    """Claim the channels whose time has come; gives their number. Blocking. Raises as ``collect``."""
    return _claim(node, _due(node, rules, node.clock.now()))


def claim_creator(node: Node, creator: Address) -> int:
    """Claim all channels of one creator now. Blocking. Raises as ``collect``."""
    with node.database.read() as session:
        query = select(Channel.id).where(Channel.creator == creator, Channel.charged > Channel.claimed)
        return _claim(node, [bytes32(key) for key in session.scalars(query)])


def collect(node: Node, creator: Address, *, least: Money = _ANY) -> Bytes32 | None:
    """Bring what lies in a creator's till into the Escrow's 90/10; None when it is less than ``least``. Blocking.

    Raises ProblemError: chain.unreachable, chain.reverted, transaction.unknown.
    """
    lying = node.chain.token_balance(till_of(node, creator))
    if lying < least:
        return None
    gross = node.chain.creator_gross(creator)
    name = f"collect/1\x1f{node.chain.chain_id}\x1f{node.chain.escrow}\x1f{creator}\x1f{gross.micros}"
    return _send(node, _attempt(node, name), collect_call(node.chain.escrow, creator))


def _due(node: Node, rules: ClaimRules, now: datetime) -> list[Bytes32]:
    open_rows = select(Channel.id).where(Channel.charged > Channel.claimed)
    due = open_rows.where(
        or_(
            Channel.used_at <= now - rules.session_end,
            Channel.unclaimed_since <= now - rules.longest,
            Channel.charged >= Channel.claimed + literal(rules.most, Channel.charged.type),
            Channel.withdraw_requested_at > 0,
        )
    )
    with node.database.read() as session:
        return [bytes32(key) for key in session.scalars(due.order_by(Channel.used_at))]


def _claim(node: Node, channels: Sequence[Bytes32]) -> int:
    rows = [row for row in _refreshed(node, channels) if row.charged > row.claimed]
    for start in range(0, len(rows), _ROWS):
        _claim_batch(node, rows[start : start + _ROWS])
    return len(rows)


def _claim_batch(node: Node, rows: Sequence[Channel]) -> None:
    """Claim some channels and settle their receivers; one that spoils it for the others is claimed apart."""
    claims = [claim_of(row) for row in rows]
    claim = claim_signed_call(claims, sign_claims(node.chain.chain_id, claims, node.authorizer.key))
    tills = sorted({(row.receiver, row.token) for row in rows})
    name = "\x1f".join(["claim/1", *sorted(f"{row.id}:{row.charged.micros}" for row in rows)])
    intent = _attempt(node, name)
    note(node, rows, intent)
    try:
        _send(node, intent, multicall_call([claim, *(settle_call(till, token) for till, token in tills)]))
    except ChainReverted as reverted:
        if len(rows) == 1:
            _claim_alone(node, rows[0], claim)
            return
        _log.warning("claiming one by one", extra={"reason": reverted.reason})
        for row in rows:
            _claim_batch(node, [row])
        return
    refresh_all(node, [bytes32(row.id) for row in rows])


def _refreshed(node: Node, channels: Sequence[Bytes32]) -> list[Channel]:
    """Ask the chain for channels, some at a time: while one unit writes, sales wait."""
    found: list[Channel] = []
    for start in range(0, len(channels), _ROWS):
        found += refresh_all(node, channels[start : start + _ROWS])
    return found


def _claim_alone(node: Node, row: Channel, claim: Call) -> None:
    """Claim without sending on: what the receiver cannot get now waits in the contract for it."""
    intent = _attempt(node, f"claim-alone/1\x1f{row.id}\x1f{row.charged.micros}")
    note(node, [row], intent)
    try:
        _send(node, intent, claim)
    except ChainReverted as reverted:
        _log.error("a channel cannot be claimed", extra={"channel": row.id, "reason": reverted.reason})
    refresh(node, bytes32(row.id))


def _attempt(node: Node, name: str) -> IntentId:
    # Claims and collections may be made any number of times: what a failed one meant to do is tried again.
    return next_attempt(node.relayer, named_intent(name))


def _send(node: Node, intent: IntentId, call: Call) -> Bytes32:
    receipt = node.relayer.wait(node.relayer.submit(intent, call), timeout_s=_WAIT_S)
    if not receipt.is_ok:
        raise ChainReverted("Error", (receipt.reason,))
    return receipt.tx
