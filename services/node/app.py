"""The node as an ASGI application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from services.chain.errors import ChainUnreachable
from services.http.answers import install_problem_answers
from services.node import access, accounts, earnings, tiers, wallets
from services.node.blocks import gateway
from services.node.blocks import routes as blocks
from services.node.catalogue import routes as catalogue
from services.node.catalogue.listing import prepare
from services.node.channels import routes as channels
from services.node.context import Node
from services.node.door import NodeOf
from services.node.kyc import routes as kyc
from services.node.memberships import lending
from services.node.memberships import routes as memberships
from services.node.moderation import routes as moderation
from services.node.sales import routes as sales
from services.node.seeds import creators, links, payouts, viewers
from services.wire.node import NodeHealth

_health = APIRouter(tags=["health"])


@_health.get("/health")
def health(node: NodeOf) -> NodeHealth:
    """Say whether the node answers, and what it sells on."""
    try:
        block = node.chain.head().number
    except ChainUnreachable:
        block = None
    return NodeHealth(
        status="ok", chain_id=node.chain.chain_id, token=node.chain.token, escrow=node.chain.escrow, block=block
    )


def node_app(node: Node) -> FastAPI:
    """Put the node's routes together, bare and under /api/v1."""
    app = FastAPI(title="Museclock node", version="1")
    app.state.node = node
    prepare(node.database)
    install_problem_answers(app)
    for slice_router in (
        _health,
        accounts.router,
        tiers.router,
        access.router,
        memberships.router,
        lending.router,
        # Before the catalogue: a UUID on its path is linked content.
        links.router,
        catalogue.router,
        moderation.router,
        sales.router,
        channels.router,
        earnings.router,
        wallets.router,
        viewers.router,
        creators.router,
        kyc.router,
        payouts.router,
        blocks.router,
        gateway.router,
    ):
        app.include_router(slice_router)
        app.include_router(slice_router, prefix="/api/v1", include_in_schema=False)
    return app
