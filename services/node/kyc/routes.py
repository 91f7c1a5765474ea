"""The routes of verification: a creator asks and brings documents, an operator looks and decides."""

from __future__ import annotations

from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import Caller, NodeOf, Operator, ProvenOperator, Publisher
from services.node.kyc.cases import ask, decide, in_state, note, standing_of, steps
from services.node.kyc.documents import MOST_BYTES, bring, brought, missing, read
from services.node.kyc.provider import SIGNATURE
from services.node.kyc.reports import enter_report
from services.node.kyc.tables import KycCase
from services.units.address import Address, address
from services.wire.kyc import DecisionIn, DocumentKind, KycCaseOut, KycOut, KycState, KycStepOut
from services.wire.problems import ProblemError

router = LateRouter(tags=["verification"])
_LISTED = 200
_CONTENT = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BYTES = {"requestBody": {"required": True, "content": _CONTENT}}
_DOCUMENT: dict[int | str, dict[str, Any]] = {200: {"description": "The document.", "content": _CONTENT}}
_MESSAGES: Final[dict[KycState, str]] = {
    "not_started": "Verification was not asked for.",
    "pending": "An operator of this node has to decide.",
    "verified": "Verified: payouts are open.",
    "rejected": "Rejected; it can be asked for again.",
    "expired": "The verification ran out; ask for it again.",
}


@router.post("/kyc/verify/{creator_id}")
def verify(node: NodeOf, caller: Publisher, creator_id: str) -> KycOut:
    """Ask for one's own verification; one that is pending or verified stays as it is.

    Where a service checks, ``url`` is the page where the creator goes on.

    Problem codes: account.forbidden, kyc.listed, kyc.provider.
    """
    creator = node.names.acting(creator_id, caller)
    with node.database.write() as session:
        ask(node, session, creator)
        found = _out(node, session, creator)
    # Asked outside of the unit; the case waits already, and asking again goes on with the same check.
    return found.model_copy(update={"url": node.kyc.begin(creator) if found.state == "pending" else ""})


@router.post("/kyc/reports", openapi_extra=_BYTES, status_code=204)
async def take_report(node: NodeOf, request: Request) -> None:
    """Take what the node's provider found, by its signature; each report counts once.

    Problem codes: kyc.report_refused, kyc.state, kyc.listed.
    """
    body, signature = await request.body(), request.headers.get(SIGNATURE, "")
    await to_thread.run_sync(enter_report, node, body, signature)


@router.put("/kyc/documents/{kind}", openapi_extra=_BYTES, max_body_size=2 * MOST_BYTES)
async def bring_document(node: NodeOf, caller: Publisher, kind: DocumentKind, request: Request) -> KycOut:
    """Bring a document for one's own verification, as it is; a newer one replaces it.

    Problem codes: kyc.too_large.
    """
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            raise ProblemError("kyc.too_large", limit=MOST_BYTES)
    return await to_thread.run_sync(_bring, node, caller, kind, bytes(content))


@router.get("/kyc/cases")
def cases(node: NodeOf, _operator: Operator, state: Annotated[KycState, Query()] = "pending") -> tuple[KycCaseOut, ...]:
    """List the cases in a state with all their changes, oldest first; for operators."""
    wanted = select(KycCase).where(in_state(state, node.clock.now())).order_by(KycCase.changed_at, KycCase.creator)
    with node.database.read() as session:
        return tuple(_case_out(node, session, case) for case in session.scalars(wanted.limit(_LISTED)))


@router.post("/kyc/cases/{creator_id}/decision")
def decision(node: NodeOf, operator: ProvenOperator, creator_id: str, body: DecisionIn) -> KycCaseOut:
    """Verify or reject; the same decision again changes nothing.

    Problem codes: kyc.state, kyc.listed, request.not_found.
    """
    creator = _address(creator_id)
    with node.database.write() as session:
        if session.get(KycCase, creator) is None:
            raise ProblemError("request.not_found")
        decide(node, session, creator, body.decision, by=operator, reason=body.reason.strip())
        return _case_out(node, session, session.get_one(KycCase, creator, populate_existing=True))


@router.post("/kyc/cases/{creator_id}/documents/{kind}", response_class=Response, responses=_DOCUMENT)
def look(node: NodeOf, operator: ProvenOperator, creator_id: str, kind: DocumentKind) -> Response:
    """Open a document; who looked is written into the case. Problem codes: request.not_found, wallet.damaged."""
    creator = _address(creator_id)
    now = node.clock.now()
    with node.database.write() as session:
        content = read(session, node.keys, creator, kind)
        state = standing_of(session, creator, now).state
        note(session, creator, state, by=operator, reason=f"Looked at: {kind}.", at=now)
    return Response(content, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


@router.get("/kyc/{creator_id}")
def standing(node: NodeOf, caller: Caller, creator_id: str) -> KycOut:
    """Say how one's own verification stands. Problem codes: account.forbidden."""
    creator = node.names.acting(creator_id, caller)
    with node.database.read() as session:
        return _out(node, session, creator)


def _bring(node: Node, creator: Address, kind: DocumentKind, content: bytes) -> KycOut:
    with node.database.write() as session:
        bring(session, node.keys, creator, kind, content, node.clock.now())
        return _out(node, session, creator)


def _out(node: Node, session: Session, creator: Address) -> KycOut:
    found, documents = standing_of(session, creator, node.clock.now()), brought(session, creator)
    return KycOut(
        message=_MESSAGES[found.state],
        creator_id=creator,
        state=found.state,
        reason=found.reason,
        expires_at=found.expires_at,
        missing=() if found.state == "verified" else missing(documents),
        documents=documents,
    )


def _case_out(node: Node, session: Session, case: KycCase) -> KycCaseOut:
    return KycCaseOut(
        creator=case.creator,
        state=standing_of(session, case.creator, node.clock.now()).state,
        reason=case.reason,
        changed_at=case.changed_at,
        steps=tuple(
            KycStepOut.model_validate({"state": step.state, "by": step.by, "reason": step.reason, "at": step.at})
            for step in steps(session, case.creator)
        ),
        documents=brought(session, case.creator),
    )


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator_id") from exc
