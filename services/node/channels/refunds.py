"""Gives a payer back what a channel does not owe, after claiming what it does: one transaction."""

from __future__ import annotations

from services.chain.channel_calls import claim_signed_call, multicall_call, refund_signed_call, settle_call
from services.chain.channels import is_signed_by, sign_claims, sign_refund
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.relayer import next_attempt
from services.node.channels.book import config_of, refresh
from services.node.channels.claims import claim_of
from services.node.channels.vouchers import given_config, read_voucher, settlement
from services.node.context import Node
from services.node.tables import Channel
from services.units.ids import named_intent
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import RefundPayload, Settled, read_money

_WAIT_S = 20.0


def refund(node: Node, payload: RefundPayload) -> Settled:
    """Claim and give back. Blocking; the caller holds the channel's turn. The same request again moves nothing.

    Raises ProblemError: channel.not_found, channel.total (not the present total), channel.refused, payment.unknown.
    """
    config, voucher = given_config(payload.channel_config), read_voucher(payload.voucher)
    with node.database.read() as session:
        row = session.get(Channel, voucher.channel_id)
    if row is None or config_of(row) != config:
        raise ProblemError("channel.not_found")
    if not is_signed_by(node.chain.chain_id, voucher, config.voucher_signer):
        raise ProblemError("channel.refused", reason="signature")
    row = refresh(node, voucher.channel_id)
    if voucher.max_claimable != row.charged:
        raise ProblemError("channel.total")
    free = row.balance - row.charged
    amount = free if payload.amount is None else min(free, read_money(payload.amount))
    if amount <= ZERO:
        return settlement(node, row, amount=ZERO)
    transaction = _give_back(node, row, amount)
    return settlement(node, refresh(node, voucher.channel_id), transaction=transaction, amount=amount)


def _give_back(node: Node, row: Channel, amount: Money) -> str:
    config, chain_id, key = config_of(row), node.chain.chain_id, node.authorizer.key
    calls = []
    if row.charged > row.claimed:
        claims = [claim_of(row)]
        calls += [claim_signed_call(claims, sign_claims(chain_id, claims, key)), settle_call(row.receiver, row.token)]
    signature = sign_refund(chain_id, claim_of(row).voucher.channel_id, row.refund_nonce, amount, key)
    calls.append(refund_signed_call(config, amount, row.refund_nonce, signature))
    name = f"refund/1\x1f{row.id}\x1f{row.refund_nonce}\x1f{row.charged.micros}\x1f{amount.micros}"
    try:
        # The channel takes a refund nonce once, so a refund that failed may be tried again.
        intent = next_attempt(node.relayer, named_intent(name))
        receipt = node.relayer.wait(node.relayer.submit(intent, multicall_call(calls)), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        # The token does not send to this payer, or the chain knows more than we: the next look will tell.
        raise ProblemError("channel.refused", reason=exc.reason) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("payment.unknown") from exc
    if not receipt.is_ok:
        raise ProblemError("channel.refused", reason=receipt.reason)
    return receipt.tx
