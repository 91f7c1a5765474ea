"""A creator's verification at the own node: how it stands, asking for it, bringing documents.

A withdrawal from here is the wallet's own transaction and waits for none of it; a payout that the node sends does.
"""

from __future__ import annotations

from pathlib import Path

from anyio import to_thread

from services.desk.door import DeskOf
from services.http.late_routes import LateRouter
from services.wire.kyc import MAX_DOCUMENT_BYTES, DocumentIn, DocumentKind, KycOut
from services.wire.problems import ProblemError

router = LateRouter(tags=["payouts"])


@router.get("/payouts/verification")
async def standing(desk: DeskOf) -> KycOut:
    """Say how this creator's verification stands. Problem codes: wallet.missing, wallet.locked."""
    return await desk.node.call(KycOut, "GET", f"/kyc/{desk.keyring.owner()}")


@router.post("/payouts/verification")
async def ask(desk: DeskOf) -> KycOut:
    """Ask for this creator's verification. Problem codes: kyc.listed, wallet.missing, wallet.locked."""
    found = await desk.node.call(KycOut, "POST", f"/kyc/verify/{desk.keyring.owner()}")
    desk.events.publish("verification")
    return found


@router.put("/payouts/verification/documents/{kind}")
async def bring(desk: DeskOf, kind: DocumentKind, body: DocumentIn) -> KycOut:
    """Bring a file of this computer. Problem codes: kyc.too_large, file.not_read, wallet.locked."""
    content = await to_thread.run_sync(_read, Path(body.path))
    headers = {"Content-Type": "application/octet-stream"}
    found = await desk.node.call(KycOut, "PUT", f"/kyc/documents/{kind}", body=content, headers=headers)
    desk.events.publish("verification")
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as exc:
        raise ProblemError("file.not_read", path=path) from exc
    if len(content) > MAX_DOCUMENT_BYTES:
        raise ProblemError("kyc.too_large", limit=MAX_DOCUMENT_BYTES)
    return content
