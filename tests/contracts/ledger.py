"""Short questions to a stage's contracts, and short deeds of the token's issuer and the Escrow's owner."""

from __future__ import annotations

from services.chain.abi import address_word, selector
from services.chain.calls import (
    Call,
    balance_of_call,
    creator_balance_call,
    creator_gross_call,
    pay_call,
    platform_balance_call,
)
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import FAUCET, PLATFORM, TOKEN
from services.chain.events import RawLog, read_events
from services.chain.gateway import EscrowEvent
from services.units.address import Address, bytes32
from tests.fixtures.chain import CREATOR, RELAYER, Stage, refusal


def money(stage: Stage, owner: Address) -> int:
    """Ask for a USDC balance."""
    return stage.number_of(balance_of_call(stage.token, owner))


def balance(stage: Stage, creator: Address = CREATOR.address) -> int:
    """Ask what a creator can withdraw."""
    return stage.number_of(creator_balance_call(stage.escrow, creator))


def gross(stage: Stage, creator: Address = CREATOR.address) -> int:
    """Ask what was ever paid to a creator."""
    return stage.number_of(creator_gross_call(stage.escrow, creator))


def platform(stage: Stage) -> int:
    """Ask what the platform can withdraw."""
    return stage.number_of(platform_balance_call(stage.escrow))


def block(stage: Stage, account: Address, *, is_blocked: bool = True) -> None:
    """Bar an account at the token, or free it."""
    name = "blacklist(address)" if is_blocked else "unBlacklist(address)"
    assert stage.send(Call(TOKEN, selector(name) + address_word(account)), FAUCET).is_ok


def stop_sales(stage: Stage, sender: Address = PLATFORM, *, name: str = "stopSales()") -> Outcome:
    """Stop sales, or resume them."""
    return stage.send(Call(stage.escrow, selector(name)), sender)


def earn(stage: Stage, micros: int, *, creator: Address = CREATOR.address, chunk: int = 0) -> None:
    """Let the viewer pay a creator."""
    signed = stage.signed(creator=creator, first_chunk=chunk, micros=micros)
    assert stage.send(pay_call(signed), RELAYER.address).is_ok


def error_of(outcome: Outcome) -> tuple[str, tuple[object, ...]]:
    """Name the error of a revert, with its arguments."""
    error = refusal(outcome)
    return error.error_name, error.arguments


def events_of(stage: Stage, outcome: Outcome) -> list[EscrowEvent]:
    """Read the money events of the Escrow in an outcome."""
    logs = [
        RawLog(
            emitter=log.emitter,
            topics=log.topics,
            data=log.data,
            block_number=stage.number,
            timestamp=stage.timestamp,
            tx=bytes32(bytes(32)),
            log_index=index,
        )
        for index, log in enumerate(outcome.logs)
    ]
    return read_events(logs, escrow=stage.escrow)


def number_of(account: Address) -> int:
    """Give an address as errors show it."""
    return int(account, 16)
