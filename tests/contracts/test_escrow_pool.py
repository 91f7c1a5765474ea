"""Escrow's pool, case by case: trees/escrow_pool.tree."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from services.chain.abi import read_uint, topic, words
from services.chain.calls import withdraw_creator_call
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import PLATFORM
from services.chain.gateway import Allocated
from services.chain.pool import (
    Share,
    cancel_distribution_call,
    distribute_call,
    pool_balance_call,
    pool_reserved_call,
    proposal_call,
    propose_distribution_call,
)
from services.units.address import Address, address, bytes32
from services.units.money import Money
from tests.contracts.ledger import balance, block, error_of, events_of, gross, money, number_of, platform, stop_sales
from tests.contracts.memberships import MONTH_S, fill_pool
from tests.fixtures.chain import CREATOR, RELAYER, START, STRANGER, VIEWER, Stage

ROUND, OTHER = bytes32(b"\x0a" * 32), bytes32(b"\x0b" * 32)
SHARES = (Share(CREATOR.address, Money(600)), Share(STRANGER.address, Money(300)))
DELAY_S = 60


def propose(
    stage: Stage, shares: Sequence[Share] = SHARES, *, round_id: str = ROUND, sender: Address = PLATFORM
) -> Outcome:
    return stage.send(propose_distribution_call(stage.escrow, bytes32(round_id), shares), sender)


def cancel(stage: Stage, sender: Address = PLATFORM) -> Outcome:
    return stage.send(cancel_distribution_call(stage.escrow, ROUND), sender)


def distribute(stage: Stage, shares: Sequence[Share] = SHARES) -> Outcome:
    return stage.send(distribute_call(stage.escrow, ROUND, shares), RELAYER.address)


def wait(stage: Stage, seconds: int = DELAY_S) -> None:
    stage.timestamp += seconds


def pool(stage: Stage) -> tuple[int, int]:
    """Give what is free and what is set aside."""
    return stage.number_of(pool_balance_call(stage.escrow)), stage.number_of(pool_reserved_call(stage.escrow))


def proposal(stage: Stage) -> tuple[int, int]:
    total, ready_at = words(stage.ask(proposal_call(stage.escrow, ROUND)))
    return read_uint(total), read_uint(ready_at)


@pytest.fixture
def full(stage: Stage) -> Stage:
    """A stage whose pool has 1,000 micro-USDC."""
    fill_pool(stage, 1_000)
    return stage


def test_it_lets_only_the_owner_propose(full: Stage) -> None:
    outcome = propose(full, sender=CREATOR.address)
    assert error_of(outcome) == ("OwnableUnauthorizedAccount", (number_of(CREATOR.address),))
    assert pool(full) == (1_000, 0)


def test_it_refuses_more_than_is_free(full: Stage) -> None:
    assert error_of(propose(full, [Share(CREATOR.address, Money(1_001))])) == ("PoolTooSmall", (1_001, 1_000))
    assert propose(full).is_ok
    assert error_of(propose(full, round_id=OTHER)) == ("PoolTooSmall", (900, 100))
    assert propose(full, [Share(CREATOR.address, Money(100))], round_id=OTHER).is_ok


def test_it_refuses_nothing(full: Stage) -> None:
    assert error_of(propose(full, [])) == ("PoolTooSmall", (0, 1_000))


def test_it_refuses_shares_of_nobody_of_itself_and_of_zero(full: Stage) -> None:
    for share, error in (
        (Share(address("0x" + 40 * "0"), Money(1)), "ZeroAddress"),
        (Share(full.escrow, Money(1)), "NotACreator"),
        (Share(CREATOR.address, Money(0)), "ZeroAmount"),
    ):
        assert error_of(propose(full, [*SHARES, share]))[0] == error


def test_it_refuses_a_round_that_is_proposed(full: Stage) -> None:
    assert propose(full).is_ok
    assert error_of(propose(full, [Share(CREATOR.address, Money(1))])) == ("RoundTaken", (int(ROUND, 16),))


def test_it_sets_the_sum_aside(full: Stage) -> None:
    assert propose(full).is_ok
    assert pool(full) == (100, 900)
    assert (balance(full), balance(full, STRANGER.address), platform(full)) == (0, 0, 0)


def test_it_emits_distributionproposed(full: Stage) -> None:
    (log,) = propose(full).logs
    assert log.topics == (topic("DistributionProposed(bytes32,uint256,uint64,(address,uint256)[])"), ROUND)
    found = [read_uint(word) for word in words(log.data)]
    assert found[:2] == [900, START + DELAY_S]
    assert found[4:] == [number_of(CREATOR.address), 600, number_of(STRANGER.address), 300]


def test_it_lets_only_the_owner_cancel(full: Stage) -> None:
    assert propose(full).is_ok
    assert error_of(cancel(full, CREATOR.address))[0] == "OwnableUnauthorizedAccount"
    assert pool(full) == (100, 900)


def test_it_refuses_to_cancel_what_is_not_proposed(full: Stage) -> None:
    assert error_of(cancel(full)) == ("NoSuchProposal", (int(ROUND, 16),))
    assert propose(full).is_ok
    wait(full)
    assert distribute(full).is_ok
    assert error_of(cancel(full))[0] == "NoSuchProposal"


def test_it_frees_the_sum(full: Stage) -> None:
    assert propose(full).is_ok
    (log,) = cancel(full).logs
    assert (log.topics[0], read_uint(log.data)) == (topic("DistributionCanceled(bytes32,uint256)"), 900)
    assert (pool(full), proposal(full)) == ((1_000, 0), (0, 0))


def test_it_lets_a_canceled_round_be_proposed_again(full: Stage) -> None:
    assert propose(full).is_ok
    assert cancel(full).is_ok
    wait(full)
    assert error_of(distribute(full))[0] == "NoSuchProposal"
    assert propose(full).is_ok
    assert proposal(full) == (900, START + 2 * DELAY_S)


def test_it_refuses_a_round_that_nobody_proposed(full: Stage) -> None:
    assert error_of(distribute(full)) == ("NoSuchProposal", (int(ROUND, 16),))


@pytest.mark.parametrize(
    "shares",
    [
        (Share(CREATOR.address, Money(601)), SHARES[1]),
        (Share(VIEWER.address, Money(600)), SHARES[1]),
        SHARES[:1],
        (SHARES[1], SHARES[0]),
        (),
    ],
)
def test_it_refuses_other_shares_than_were_announced(full: Stage, shares: tuple[Share, ...]) -> None:
    assert propose(full).is_ok
    wait(full)
    assert error_of(distribute(full, shares))[0] == "NoSuchProposal"


def test_it_refuses_before_the_delay_is_over(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full, DELAY_S - 1)
    assert error_of(distribute(full)) == ("TooEarly", (START + DELAY_S,))
    wait(full, 1)
    assert distribute(full).is_ok


def test_it_refuses_a_round_a_second_time(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full)
    assert distribute(full).is_ok
    fill_pool(full, 1_000, until=START + 2 * MONTH_S)
    assert error_of(distribute(full))[0] == "NoSuchProposal"
    assert error_of(propose(full))[0] == "RoundTaken"
    assert proposal(full) == (0, 0)


def test_it_credits_every_creator_with_the_usual_split(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full)
    assert distribute(full).is_ok
    assert (balance(full), balance(full, STRANGER.address), platform(full)) == (540, 270, 90)
    assert (gross(full), gross(full, STRANGER.address)) == (600, 300)
    assert full.send(withdraw_creator_call(full.escrow), CREATOR.address).is_ok
    assert money(full, CREATOR.address) == 540


def test_it_emits_allocated(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full)
    first, second = events_of(full, distribute(full))
    assert isinstance(first, Allocated)
    assert isinstance(second, Allocated)
    assert (first.round_id, first.creator, first.amount) == (ROUND, CREATOR.address, Money(600))
    assert (second.creator_share, second.platform_share) == (Money(270), Money(30))


def test_it_conserves_the_pool(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full)
    assert distribute(full).is_ok
    assert pool(full) == (100, 0)
    owed = balance(full) + balance(full, STRANGER.address) + platform(full)
    assert money(full, full.escrow) == owed + sum(pool(full))


def test_it_goes_on_while_sales_are_stopped_and_a_creator_is_blocked(full: Stage) -> None:
    assert propose(full).is_ok
    wait(full)
    assert stop_sales(full).is_ok
    block(full, CREATOR.address)
    assert distribute(full).is_ok
    assert full.send(withdraw_creator_call(full.escrow), STRANGER.address).is_ok
    assert money(full, STRANGER.address) == 270


def test_it_tells_sum_and_time_of_a_proposal(full: Stage) -> None:
    assert proposal(full) == (0, 0)
    assert propose(full).is_ok
    assert proposal(full) == (900, START + DELAY_S)
