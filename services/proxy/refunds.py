"""Getting back what lies in the channels: asked of each node, and believed when the chain says so."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread
from sqlalchemy import select

from services.chain.authorization import DOMAIN_NAME, DOMAIN_VERSION
from services.proxy.channels import config_of, follow
from services.proxy.exchange import pass_on
from services.proxy.payments import KeptAnswer, find_waiting
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Refusal
from services.proxy.tables import ChannelRow
from services.proxy.transfers import VALIDITY_S
from services.proxy.upstream import Upstream
from services.proxy.verdicts import problem_code
from services.proxy.vouchers import refund_payment
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_SIGNATURE, ChannelExtra, ChannelRequirements, encode, network

_MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Refund:
    """What became of one channel. returned: by the chain; left: what is still in it; why: of a refund that failed."""

    node: str
    returned: Money
    left: Money
    why: str = ""


async def refund_all(purse: Purse, upstream: Upstream, nodes: frozenset[str]) -> list[Refund]:
    """Ask the listed nodes for what their channels hold beyond what was bought. Asking again moves nothing more."""
    with purse.database.read() as session:
        rows = session.scalars(select(ChannelRow).order_by(ChannelRow.id)).all()
    return [await _refund(purse, upstream, row) for row in rows if row.node in nodes]


async def _refund(purse: Purse, upstream: Upstream, row: ChannelRow) -> Refund:
    try:
        async with purse.turn(f"channel {row.id}"):
            row = await to_thread.run_sync(follow, purse, row.id)
            free = row.balance - row.total
            if await to_thread.run_sync(find_waiting, purse, row.id) is not None or row.deposit is not None:
                return Refund(row.node, ZERO, free, "a payment on it is unclear: repeat that request first")
            if free <= ZERO:
                return Refund(row.node, ZERO, ZERO)
            why = await _ask(purse, upstream, row)
            after = await to_thread.run_sync(follow, purse, row.id)
            return Refund(row.node, row.balance - after.balance, after.balance - after.total, why)
    except Refusal as refusal:
        return Refund(row.node, ZERO, row.balance - row.total, refusal.sentence)
    except ProblemError as problem:
        return Refund(row.node, ZERO, row.balance - row.total, f"the chain gave no usable answer ({problem.code})")


async def _ask(purse: Purse, upstream: Upstream, row: ChannelRow) -> str:
    """Ask the node; gives why not, empty when it did."""
    payment = encode(refund_payment(purse, row, _terms(purse, row)))
    wish = Wish(row.node, "POST", "/channels/refund", "application/json", b"{}")
    response = await upstream.send(wish, extra={PAYMENT_SIGNATURE: payment, "accept-encoding": "identity"})
    reply = await pass_on(response)
    body = b""
    try:
        async for part in response.aiter_raw():
            body += part
            if len(body) > _MAX_BYTES:
                break
    finally:
        await reply.close()
    if response.status_code == 200:
        return ""
    code = problem_code(KeptAnswer(response.status_code, (), body))
    return f"the node answered {response.status_code} {code}".rstrip()


def _terms(purse: Purse, row: ChannelRow) -> ChannelRequirements:
    config = config_of(row)
    return ChannelRequirements(
        network=network(purse.chain.chain_id),
        amount="0",
        asset=config.token,
        pay_to=config.receiver,
        max_timeout_seconds=VALIDITY_S,
        extra=ChannelExtra(
            name=DOMAIN_NAME,
            version=DOMAIN_VERSION,
            receiver_authorizer=config.receiver_authorizer,
            withdraw_delay=config.withdraw_delay_s,
        ),
    )
