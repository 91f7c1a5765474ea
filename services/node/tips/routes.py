"""The routes of tips."""

from __future__ import annotations

from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf, Publisher
from services.node.tips import giving
from services.node.tips.tables import Tip
from services.units.address import address
from services.wire.problems import ProblemError
from services.wire.tips import TipIn, TipOut

router = LateRouter(tags=["tips"])


@router.post("/creators/{creator}/tips", status_code=201)
def give(node: NodeOf, caller: Caller, creator: str, body: TipIn) -> TipOut:
    """Give a creator a tip with a few words: the caller's signed transfer is brought. Again moves nothing more.

    Problem codes: request.invalid, payment.terms_changed, payment.refused, payment.insufficient, payment.unknown.
    """
    try:
        payee = address(creator)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator") from exc
    return _out(giving.give(node, caller, payee, body))


@router.get("/creators/me/tips")
def received(node: NodeOf, caller: Publisher) -> tuple[TipOut, ...]:
    """List the tips that the caller got, with their words, the latest first."""
    with node.database.read() as session:
        return tuple(_out(row) for row in giving.received(session, caller))


def _out(row: Tip) -> TipOut:
    return TipOut(
        nonce=row.nonce,
        payer=row.payer,
        creator=row.creator,
        amount=row.amount,
        message=row.message,
        transaction=row.transaction,
        at=row.at,
    )
