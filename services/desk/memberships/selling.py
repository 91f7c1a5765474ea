"""The creator's side: the node's seller is appointed on the chain when there is a tier to sell."""

from __future__ import annotations

from anyio import to_thread

from services.chain.abi import read_uint
from services.chain.hashing import sign_digest
from services.chain.orders import AppointOrder, is_seller_call, order_nonce_call
from services.desk.context import Desk
from services.units.address import Address
from services.wire.memberships import AppointIn, SellerOut

_VALIDITY_S = 3600
_TIMEOUT_S = 30.0


async def ensure_appointed(desk: Desk) -> bool:
    """Let the desk's node sell this creator's tiers: signed here, brought by the node, believed when the chain says so.

    Signing again costs nothing: an order works once, and the chain is asked first. Raises ProblemError: wallet.locked,
    node.unreachable, chain.unreachable, transaction.unknown, chain.reverted.
    """
    owner = desk.keyring.owner()
    seller = (await desk.node.browse(SellerOut, f"/creators/{owner}/seller")).seller
    if await to_thread.run_sync(_is_seller, desk, seller):
        return True
    body = await to_thread.run_sync(_signed, desk, seller)
    await desk.node.call(SellerOut, "POST", "/creators/seller", body=body, timeout_s=_TIMEOUT_S)
    return await to_thread.run_sync(_is_seller, desk, seller)


def _is_seller(desk: Desk, seller: Address) -> bool:
    asked = is_seller_call(desk.chain.escrow, desk.keyring.owner(), seller)
    return read_uint(desk.chain.ask(asked)) == 1


def _signed(desk: Desk, seller: Address) -> AppointIn:
    key, owner = desk.keyring.key(), desk.keyring.owner()
    order = AppointOrder(
        chain_id=desk.chain.chain_id,
        escrow=desk.chain.escrow,
        creator=owner,
        seller=seller,
        is_appointed=True,
        nonce=read_uint(desk.chain.ask(order_nonce_call(desk.chain.escrow, owner))),
        deadline=desk.chain.head().timestamp + _VALIDITY_S,
    )
    signature = "0x" + sign_digest(order.digest, key).hex()
    return AppointIn(nonce=order.nonce, deadline=order.deadline, signature=signature)
