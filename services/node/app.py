"""The node as an ASGI application."""

from __future__ import annotations

from functools import cache
from typing import Final

from fastapi import FastAPI

from services.http.answers import install_problem_answers
from services.http.bound import Bound
from services.http.late_routes import install
from services.http.quick import QuickRoutes
from services.node import access, accounts, earnings, health, statement_book, statement_routes, tiers, wallets
from services.node.blocks import gateway
from services.node.blocks import routes as blocks
from services.node.cases import routes as cases
from services.node.catalogue import routes as catalogue
from services.node.catalogue.listing import prepare
from services.node.channels import routes as channels
from services.node.context import Node
from services.node.figures import routes as figures
from services.node.health import HealthWatch
from services.node.kyc import routes as kyc
from services.node.memberships import gifts, lending, refund_routes
from services.node.memberships import routes as memberships
from services.node.messages import routes as messages
from services.node.moderation import routes as moderation
from services.node.passes import routes as passes
from services.node.profiles import routes as profiles
from services.node.sales import routes as sales
from services.node.sales.quick import PAY
from services.node.schema import PREFIX, describe
from services.node.seeds import creators, links, payouts, viewers
from services.node.seeds.quick import READ
from services.node.tips import routes as tips

ROUTERS: Final = (
    health.router,
    accounts.router,
    tiers.router,
    access.router,
    memberships.router,
    messages.router,
    lending.router,
    refund_routes.router,
    tips.router,
    passes.router,
    cases.router,
    gifts.router,
    # Before the catalogue: a UUID on its path is linked content.
    links.router,
    catalogue.router,
    moderation.router,
    sales.router,
    channels.router,
    figures.router,
    earnings.router,
    statement_routes.router,
    statement_book.router,
    wallets.router,
    viewers.router,
    creators.router,
    profiles.router,
    kyc.router,
    payouts.router,
    blocks.router,
    gateway.router,
)


def node_app(node: Node) -> Bound:
    """Give the node's routes, bare and under /api/v1, for a node."""
    prepare(node.database)
    return Bound(QuickRoutes(node_routes(), PAY, READ), prefix=PREFIX, node=node, health=HealthWatch(node))


MAX_BODY_BYTES = 256 * 1024
"""What a request may say at most (else 413), whoever says it; films and blocks have limits of their own."""


@cache
def node_routes() -> FastAPI:
    """Put the node's routes together, once a process."""
    app = FastAPI(title="Museclock node", version="1", max_body_size=MAX_BODY_BYTES)
    install_problem_answers(app)
    install(app, ROUTERS)
    describe(app, ROUTERS)
    return app
