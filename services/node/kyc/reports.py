"""What the node's provider of identity checks reports: entered once, whoever brings it."""

from __future__ import annotations

from services.db.dialects import insert_into
from services.node.context import Node
from services.node.kyc.cases import decide
from services.node.kyc.provider import WINDOW
from services.node.tables import ActionNonce
from services.wire.problems import ProblemError

_ONCE = insert_into(ActionNonce).on_conflict_do_nothing().returning(ActionNonce.nonce)


def enter_report(node: Node, body: bytes, signature: str) -> None:
    """Enter what the node's provider reports; once. Blocking.

    Raises ProblemError: kyc.report_refused (reason: none, signature, time, body, replay), kyc.state, kyc.listed.
    """
    now = node.clock.now()
    report = node.kyc.read(body, signature, now)
    with node.database.write() as session:
        # A report counts as long as its time lets it in; what came twice is known for longer than that.
        row = {"account": "kyc", "nonce": report.id, "expires_at": now + 2 * WINDOW}
        if session.execute(_ONCE, row).first() is None:
            raise ProblemError("kyc.report_refused", reason="replay")
        by = node.authorizer.address
        decide(node, session, report.reference, report.status, by=by, reason=report.reason.strip()[:500])
