"""The seller: the node's own key, which a creator appoints on the chain to sign quotes for the creator's tiers.

It is the authorizer's key: the Escrow's domain keeps its quotes apart from the channels' claims.
"""

from __future__ import annotations

from services.chain.abi import read_uint
from services.chain.errors import ChainRefused, ChainReverted, OutcomeUnknown
from services.chain.orders import AppointOrder, is_seller_call, require_creator
from services.node.context import Node
from services.units.address import Address
from services.units.ids import named_intent
from services.wire.memberships import AppointIn
from services.wire.problems import ProblemError

_WAIT_S = 20.0


def is_appointed(node: Node, creator: Address) -> bool:
    """Ask the chain whether this node may sell a creator's tiers. Blocking. Raises ProblemError: chain.unreachable."""
    return read_uint(node.chain.ask(is_seller_call(node.chain.escrow, creator, node.authorizer.address))) == 1


def appoint(node: Node, creator: Address, given: AppointIn) -> bool:
    """Bring a creator's signed appointment to the chain; the same one again moves nothing. Blocking.

    Raises ProblemError: payment.refused (not the creator's signature), transaction.unknown, chain.unreachable,
    chain.reverted.
    """
    if is_appointed(node, creator):
        return True
    order = AppointOrder(
        chain_id=node.chain.chain_id,
        escrow=node.chain.escrow,
        creator=creator,
        seller=node.authorizer.address,
        is_appointed=True,
        nonce=given.nonce,
        deadline=given.deadline,
    )
    signature = bytes.fromhex(given.signature[2:])
    require_creator(order, signature)
    intent = named_intent("\x1f".join(("appoint", creator, order.seller, str(given.nonce), given.signature)))
    try:
        receipt = node.relayer.wait(node.relayer.submit(intent, order.call(signature)), timeout_s=_WAIT_S)
    except ChainReverted as exc:
        raise ProblemError("chain.reverted", error=exc.reason) from exc
    except (ChainRefused, OutcomeUnknown) as exc:
        raise ProblemError("transaction.unknown") from exc
    return receipt.is_ok or is_appointed(node, creator)
