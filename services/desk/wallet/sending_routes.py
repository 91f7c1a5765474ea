"""The routes that send money out of the wallet."""

from __future__ import annotations

from typing import Annotated, cast

from anyio import to_thread
from fastapi import Query

from services.chain.message import checksum
from services.desk.door import DeskOf
from services.desk.wallet.sending import check, send, sendings
from services.desk.wallet.tables import Sending
from services.http.late_routes import LateRouter
from services.wire.sending import SendCheckIn, SendCheckOut, SendIn, SendingOut, SendingState

router = LateRouter(tags=["wallet"])


@router.post("/wallet/sendings/check")
async def check_sending(desk: DeskOf, body: SendCheckIn) -> SendCheckOut:
    """Say what sending would do; nothing is signed."""
    return await to_thread.run_sync(check, desk, body)


@router.post("/wallet/sendings", status_code=201)
async def order(desk: DeskOf, body: SendIn) -> SendingOut:
    """Send what was checked; the same order again moves nothing more."""
    return _out(await send(desk, body))


@router.get("/wallet/sendings")
async def listed(desk: DeskOf, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> tuple[SendingOut, ...]:
    """List payments out of the wallet, newest first."""
    return tuple(_out(row) for row in await to_thread.run_sync(sendings, desk, limit))


def _out(row: Sending) -> SendingOut:
    return SendingOut(
        ordinal=row.ordinal,
        payee=checksum(row.payee),
        amount=row.amount,
        fee=row.fee,
        state=cast("SendingState", row.state),
        transaction=row.transaction,
        error=row.error,
        at=row.at,
    )
