"""A client's request from arrival to answer: passed on, paid for where a node asks, and never paid for twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from anyio import to_thread

from services.proxy.channels import channel_of, config_for, id_of, settle_deposit
from services.proxy.conclusions import conclude_transfer, conclude_voucher
from services.proxy.exchange import Exchange, Reply, bring, pass_on
from services.proxy.offers import accept
from services.proxy.payments import find_open, find_waiting, kept_answer, mark_void, note_send, reread
from services.proxy.purse import Purse, Wish
from services.proxy.refusals import Reason, Refusal
from services.proxy.tables import PaymentRow
from services.proxy.transfers import look_up, look_up_all, sign_transfer
from services.proxy.upstream import Headers, Upstream
from services.proxy.verdicts import read_required
from services.proxy.vouchers import sign_next
from services.wire.problems import ProblemError
from services.wire.x402 import ChannelRequirements, PaymentRequired

T = TypeVar("T")
_ATTEMPTS = 2
_PAYMENT_REQUIRED = 402


class Payer:
    """Answers requests. Owns neither purse nor upstream."""

    def __init__(self, purse: Purse, upstream: Upstream) -> None:
        self._purse, self._upstream = purse, upstream

    @asynccontextmanager
    async def answering(self, wish: Wish, headers: Headers) -> AsyncIterator[Reply]:
        """Give the answer to a request; while it is handed over, the same request waits. Raises Refusal."""
        turn, required = self._purse.turn(f"request {wish.name(self._purse.account)}"), None
        if not turn.locked() and await self._run(find_open, self._purse, wish) is None:
            asked = await self._ask(wish, headers)
            if isinstance(asked, Reply):
                async with _closing(asked):
                    yield asked
                return
            # While others pay for the same, the offer grows old.
            required = None if turn.locked() else asked
        async with turn, _closing(await self._paid(wish, headers, required)) as paid:
            yield paid

    async def _paid(self, wish: Wish, headers: Headers, required: PaymentRequired | None) -> Reply:
        """Answer in the request's turn. required: what the node asks for, when that was just heard."""
        row = await self._run(find_open, self._purse, wish)
        if row is not None:
            resumed = await self._resume(row, headers)
            if resumed is not None:
                return resumed
        asked = required if required is not None and row is None else await self._ask(wish, headers)
        return asked if isinstance(asked, Reply) else await self._pay(wish, headers, asked)

    async def _ask(self, wish: Wish, headers: Headers) -> Reply | PaymentRequired:
        """Send a request without a payment; gives the node's offer in place of a 402 that has one."""
        reply = await pass_on(await self._upstream.send(wish, headers))
        required = read_required(reply.answer.headers) if reply.answer.status == _PAYMENT_REQUIRED else None
        if required is None:
            return reply
        await reply.close()
        return required

    async def _pay(self, wish: Wish, headers: Headers, required: PaymentRequired) -> Reply:
        offer = await self._run(accept, self._purse, required)
        if isinstance(offer, ChannelRequirements):
            return await self._by_voucher(wish, headers, offer)
        row = await self._signed(lambda: sign_transfer(self._purse, wish, offer))
        found = await bring(self._purse, self._upstream, row, headers)
        return await self._concluded_transfer(row, found)

    async def _by_voucher(self, wish: Wish, headers: Headers, offer: ChannelRequirements) -> Reply:
        config = config_for(self._purse, wish.node, offer)
        channel = id_of(self._purse, config)
        async with self._purse.turn(f"channel {channel}"):
            for _attempt in range(_ATTEMPTS):
                await self._clear(channel)
                row = await self._signed(lambda: sign_next(self._purse, wish, offer, config))
                found = await bring(self._purse, self._upstream, row, headers)
                if await self._concluded_voucher(row, found, is_first=True, offer=offer):
                    return _for_payment(row, found)
            raise Refusal(Reason.CHANNEL, "The node took neither of two vouchers. Nothing more was signed.")

    async def _clear(self, channel: str) -> None:
        """Bring what a channel waits for to its end, so that the next total is known."""
        row = await self._run(find_waiting, self._purse, channel)
        if row is None:
            return
        try:
            reply = await self._bring_again(row, ())
        except Refusal as exc:
            waits = f"An earlier payment to this creator, of ${row.amount.dollars}, is unclear; the next must wait."
            raise Refusal(Reason.UNCLEAR, f"{waits} {exc.sentence}") from exc
        if reply is not None:
            await reply.close()

    async def _resume(self, row: PaymentRow, headers: Headers) -> Reply | None:
        """Go on with a payment that was made for this request; None when it is proven that it was not taken."""
        kept = kept_answer(row)
        if kept is not None:
            return Reply(kept, intent=row.intent)
        if row.channel_id is not None:
            async with self._purse.turn(f"channel {row.channel_id}"):
                # Another request may have brought it to its end meanwhile.
                row = await self._run(reread, self._purse, row)
                kept = kept_answer(row)
                if kept is not None:
                    return Reply(kept, intent=row.intent)
                return None if row.state == "void" else await self._bring_again(row, headers)
        if row.state == "in_flight":
            try:
                if await self._run(look_up, self._purse, row) == "void":
                    return None
            except Refusal:
                # The same bytes can be brought again without knowing.
                pass
        await self._run(note_send, self._purse, row.intent)
        return await self._concluded_transfer(row, await bring(self._purse, self._upstream, row, headers))

    async def _bring_again(self, row: PaymentRow, headers: Headers) -> Reply | None:
        """Send a voucher again, in its channel's turn; None when it is proven that it was not taken."""
        if row.has_deposit and await self._run(_is_void_deposit, self._purse, row):
            return None
        await self._run(note_send, self._purse, row.intent)
        found = await bring(self._purse, self._upstream, row, headers)
        is_ended = await self._concluded_voucher(row, found, is_first=False, offer=None)
        return _for_payment(row, found) if is_ended else None

    async def _concluded_transfer(self, row: PaymentRow, found: Exchange) -> Reply:
        try:
            await self._run(conclude_transfer, self._purse, row, found)
        except Refusal:
            await found.reply.close()
            raise
        return _for_payment(row, found)

    async def _concluded_voucher(
        self, row: PaymentRow, found: Exchange, *, is_first: bool, offer: ChannelRequirements | None
    ) -> bool:
        def conclude() -> bool:
            return conclude_voucher(self._purse, row, found, is_first=is_first, offer=offer)

        is_ended = False
        try:
            is_ended = await self._run(conclude)
        finally:
            if not is_ended:
                await found.reply.close()
        return is_ended

    async def _signed(self, sign: Callable[[], PaymentRow]) -> PaymentRow:
        """Sign; a budget that seems used up may be so by transfers that never came to pass."""
        try:
            return await self._run(sign)
        except Refusal as refusal:
            if refusal.reason is not Reason.BUDGET:
                raise
        await self._run(look_up_all, self._purse)
        return await self._run(sign)

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do blocking work in a thread; what fails below becomes a refusal."""
        try:
            return await to_thread.run_sync(work, *arguments)
        except ProblemError as problem:
            raise refusal_of(problem) from problem


def refusal_of(problem: ProblemError) -> Refusal:
    """Say a problem of the chain or the disk to a client."""
    if problem.code == "disk.full":
        return Refusal(Reason.DISK, "The disk is full: nothing can be written down, so nothing is paid.")
    return Refusal(Reason.CHAIN, f"The chain gave no usable answer ({problem.code}). What was signed is written down.")


def _for_payment(row: PaymentRow, found: Exchange) -> Reply:
    """Give the node's answer; only one that brought the goods ends the payment when it is handed over."""
    is_good = 200 <= found.reply.answer.status < 300
    return Reply(found.reply.answer, found.reply.rest, found.reply.live, row.intent if is_good else None)


def _is_void_deposit(purse: Purse, row: PaymentRow) -> bool:
    """Tell whether a voucher went along with a deposit that never came to pass; nobody can claim it then."""
    try:
        settle_deposit(purse, row.channel_id or "")
    except ProblemError:
        return False
    channel = channel_of(purse, row)
    if row.state != "in_flight" or channel.deposit is not None or channel.balance >= (row.total or channel.balance):
        return False
    mark_void(purse, row.intent)
    return True


@asynccontextmanager
async def _closing(reply: Reply) -> AsyncIterator[Reply]:
    try:
        yield reply
    finally:
        await reply.close()
