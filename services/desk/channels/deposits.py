"""How much goes into a channel, and signing it: seen and capped by the person, on disk before it is sent."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from services.chain.channels import Deposit, deposit_nonce, sign_deposit
from services.desk.channels.chain import see
from services.desk.channels.keys import config_of
from services.desk.channels.record import begin_deposit, free_of
from services.desk.channels.vouchers import Wish, sign_anew
from services.desk.context import Desk
from services.desk.money import in_flight
from services.desk.purchases.keys import owned
from services.desk.tables import Channel, Film, Purchase
from services.media.manifest import Manifest
from services.units.address import Bytes32
from services.units.ids import IntentId
from services.units.money import ZERO, Money, total
from services.wire.problems import ProblemError
from services.wire.x402 import DepositAuthorization, DepositConsent, DepositFields

USUAL_DEPOSIT = Money(1_000_000)
_VALIDITY_S = 120
# The chain's clock may lag behind the moment of the head that was read.
_BACKDATED_S = 60


@dataclass(frozen=True, slots=True)
class Need:
    """What a purchase needs in its channel: at least so much more, usually the rest of the film or a dollar."""

    least: Money
    usual: Money


def need_for(manifest: Manifest, mine: frozenset[int], *, first_chunk: int, price: Money, free: Money) -> Need:
    """Say what must go into a channel that has ``free``, for chunks from ``first_chunk`` on; zeros for nothing."""
    least = price - free
    if least <= ZERO:
        return Need(ZERO, ZERO)
    to_come = range(first_chunk, len(manifest.chunks))
    rest = total([manifest.chunks[index].price for index in to_come if index not in mine])
    return Need(least, max(least, min(rest - free, USUAL_DEPOSIT)))


def sign_with_deposit(desk: Desk, wish: Wish, channel: Bytes32) -> Purchase:
    """Sign a deposit and the voucher that it pays for, in one unit of work. Blocking; in the channel's turn.

    Raises ProblemError: wallet.locked, deposit.confirm, payment.insufficient, chain.unreachable, and as ``sign``.
    """
    key = desk.keyring.key()
    with desk.database.read() as session:
        row = session.get_one(Channel, channel)
        amount = _amount(desk, wish, row, owned(session, wish.content), session.get_one(Film, wish.content))
        flying = in_flight(session)
    available = max(desk.chain.token_balance(desk.keyring.owner()) - flying, ZERO)
    if available < amount.least:
        raise ProblemError("payment.insufficient", amount=amount.least.micros, available=available.micros)
    fields = _signed(desk, row, min(amount.usual, available), wish.intent, key)
    if see(desk, channel).balance != row.balance:
        # A deposit of an earlier life of these books has just landed: look again before another one is signed.
        raise ProblemError("payment.in_progress")
    with desk.database.write() as session:
        row = session.get_one(Channel, channel)
        begin_deposit(session, row, fields, desk.clock.now())
        return sign_anew(session, desk, wish, row)


def _amount(desk: Desk, wish: Wish, row: Channel, mine: frozenset[int], film: Film) -> Need:
    """Cap the usual deposit: by what the person said, by what the film's budget has left."""
    need = need_for(wish.film.manifest, mine, first_chunk=wish.wanted.start, price=wish.amount, free=free_of(row))
    cap = need.usual
    if wish.auto:
        left = (film.budget_limit or ZERO) - film.budget_spent
        cap = max(need.least, min(cap, left))
    if wish.max_deposit is not None:
        cap = min(cap, wish.max_deposit)
    if cap < need.least:
        raise ProblemError("deposit.confirm", amount=need.usual.micros, least=need.least.micros)
    return Need(need.least, cap)


def _signed(desk: Desk, row: Channel, amount: Money, intent: IntentId, key: bytes) -> DepositFields:
    config, chain_time = config_of(row), desk.chain.head().timestamp
    signed = sign_deposit(
        desk.chain.chain_id,
        Deposit(
            config,
            amount,
            valid_after=max(0, chain_time - _BACKDATED_S),
            valid_before=chain_time + _VALIDITY_S,
            salt=_salt(desk, row, intent),
        ),
        key,
    )
    authorization = DepositAuthorization(
        valid_after=str(signed.valid_after),
        valid_before=str(signed.valid_before),
        salt=str(signed.salt),
        signature="0x" + signed.signature.hex(),
    )
    return DepositFields(amount=str(amount.micros), authorization=DepositConsent(erc3009_authorization=authorization))


def _salt(desk: Desk, row: Channel, intent: IntentId) -> int:
    """Derive the deposit's salt from the purchase, so that the token takes one deposit for it, whoever signs again.

    One that the token has taken, and whose money came back since, is followed by the next.
    """
    payer, ordinal = config_of(row).payer, 0
    while True:
        text = f"museclock/deposit/1\x1f{row.id}\x1f{intent}\x1f{ordinal}"
        salt = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
        if not desk.chain.authorization_used(payer, deposit_nonce(row.id, salt)):
            return salt
        ordinal += 1
