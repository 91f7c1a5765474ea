"""The whole Escrow under any order of steps by anybody, against a model in plain numbers: trees/invariants.tree.

Size: MUSECLOCK_CHAIN_EXAMPLES (default 20) runs of up to MUSECLOCK_CHAIN_STEPS (default 40) steps.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from services.chain.calls import balance_of_call, creator_balance_call, platform_balance_call, transfer_call
from services.chain.demo.genesis import PLATFORM, TOKEN
from services.chain.membership import (
    Quote,
    Subscription,
    paid_until_call,
    sign_quote,
    sign_subscription,
    subscribe_call,
)
from services.chain.orders import WithdrawOrder, appoint_pool_seller_call, appoint_seller_call
from services.chain.pool import (
    Share,
    cancel_distribution_call,
    distribute_call,
    pool_balance_call,
    pool_reserved_call,
    propose_distribution_call,
)
from services.chain.till import collect_call, till_address
from services.units.address import Address, Bytes32, bytes32
from services.units.money import Money
from tests.contracts.ledger import stop_sales
from tests.contracts.machine import run
from tests.contracts.sales_machine import (
    CREATORS,
    EVERYBODY,
    OUTSIDER,
    SalesMachine,
    amounts,
    anybody,
    creators,
    payers,
)
from tests.fixtures.chain import FOREVER, Person, person

SELLERS = tuple(person(f"seller {index}") for index in range(2))
TIERS = tuple(bytes32(bytes([index]) * 32) for index in range(2))
ROUNDS = tuple(bytes32(bytes([index]) * 32) for index in range(3))
DELAY_S = 60

sellers = st.sampled_from(SELLERS)
tiers = st.sampled_from(TIERS)
rounds = st.sampled_from(ROUNDS)
shares = st.lists(st.tuples(creators, st.integers(1, 20_000)), max_size=3)


class EscrowMachine(SalesMachine):
    """Sales and withdrawals, and memberships, the pool, tills, signed orders and the pause beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.appointed: set[tuple[Address, Address]] = set()
        self.paid: dict[tuple[Address, Address, Bytes32], int] = defaultdict(int)
        self.free = self.reserved = 0
        self.proposed: dict[Bytes32, tuple[list[Share], int]] = {}
        self.done: set[Bytes32] = set()
        self.tills: dict[Address, int] = defaultdict(int)
        self.orders: dict[Address, int] = defaultdict(int)

    @rule(creator=st.one_of(creators, st.none()), seller=sellers, is_appointed=st.booleans())
    def appoints(self, creator: Person | None, seller: Person, *, is_appointed: bool) -> None:
        """Without a creator, the owner appoints for the pool."""
        escrow = self.stage.escrow
        call = appoint_pool_seller_call(escrow, seller.address, is_appointed=is_appointed)
        if creator is not None:
            assert not self.stage.send(call, creator.address).is_ok
            call = appoint_seller_call(escrow, seller.address, is_appointed=is_appointed)
        assert self.stage.send(call, creator.address if creator else PLATFORM).is_ok
        name = (creator.address if creator else escrow, seller.address)
        self.appointed = self.appointed | {name} if is_appointed else self.appointed - {name}

    @rule(
        payer=payers,
        viewer=payers,
        creator=st.one_of(creators, st.none()),
        tier=tiers,
        seller=sellers,
        micros=amounts,
        seconds=st.integers(-1, 50),
    )
    def subscribes(
        self,
        payer: Person,
        viewer: Person,
        creator: Person | None,
        tier: Bytes32,
        seller: Person,
        micros: int,
        seconds: int,
    ) -> None:
        escrow = self.stage.escrow
        quote = Quote(
            chain_id=self.stage.chain_id,
            escrow=escrow,
            viewer=viewer.address,
            creator=creator.address if creator else escrow,
            tier=tier,
            amount=Money(micros),
            until=self.stage.timestamp + seconds,
            deadline=FOREVER,
        )
        self.subscribe(quote, payer, seller)

    def subscribe(self, quote: Quote, payer: Person, seller: Person) -> None:
        """Subscribe, and hold that it succeeds exactly when the model says so."""
        name, micros = (quote.viewer, quote.creator, quote.tier), quote.amount.micros
        unsigned = Subscription(
            quote=quote,
            quote_signature=sign_quote(quote, seller.key),
            token=TOKEN,
            payer=payer.address,
            valid_after=0,
            valid_before=FOREVER,
        )
        outcome = self.stage.send(subscribe_call(sign_subscription(unsigned, payer.key)), OUTSIDER.address)
        assert outcome.is_ok is (
            (quote.creator, seller.address) in self.appointed
            and quote.until > max(self.paid[name], self.stage.timestamp)
            and not self.are_sales_stopped
            and self.money[payer.address] >= micros
            and self.can_move(payer.address, self.stage.escrow)
        )
        if not outcome.is_ok:
            return
        self.paid[name] = quote.until
        self.money[payer.address] -= micros
        if quote.creator == self.stage.escrow:
            self.free += micros
        else:
            self.credit(quote.creator, micros)

    @rule(round_id=rounds, parts=shares, by_owner=st.booleans())
    def proposes(self, round_id: Bytes32, parts: list[tuple[Person, int]], *, by_owner: bool) -> None:
        made = [Share(one.address, Money(micros)) for one, micros in parts]
        total = sum(micros for _, micros in parts)
        call = propose_distribution_call(self.stage.escrow, round_id, made)
        outcome = self.stage.send(call, PLATFORM if by_owner else OUTSIDER.address)
        is_new = round_id not in self.proposed and round_id not in self.done
        assert outcome.is_ok is (by_owner and is_new and 0 < total <= self.free)
        if outcome.is_ok:
            self.proposed[round_id] = (made, self.stage.timestamp + DELAY_S)
            self.free -= total
            self.reserved += total

    @rule(round_id=rounds)
    def takes_a_proposal_back(self, round_id: Bytes32) -> None:
        call = cancel_distribution_call(self.stage.escrow, round_id)
        assert not self.stage.send(call, OUTSIDER.address).is_ok
        assert self.stage.send(call, PLATFORM).is_ok is (round_id in self.proposed)
        if round_id in self.proposed:
            total = sum(share.amount.micros for share in self.proposed.pop(round_id)[0])
            self.free += total
            self.reserved -= total

    @rule(round_id=rounds, extra=st.booleans(), wait=st.booleans())
    def distributes(self, round_id: Bytes32, *, extra: bool, wait: bool) -> None:
        made, ready_at = self.proposed.get(round_id, ([], 0))
        self.stage.timestamp += DELAY_S if wait else 0
        if extra:
            forged = distribute_call(self.stage.escrow, round_id, [*made, Share(OUTSIDER.address, Money(1))])
            assert not self.stage.send(forged, OUTSIDER.address).is_ok
        outcome = self.stage.send(distribute_call(self.stage.escrow, round_id, made), OUTSIDER.address)
        assert outcome.is_ok is (round_id in self.proposed and self.stage.timestamp >= ready_at)
        if outcome.is_ok:
            del self.proposed[round_id]
            self.done.add(round_id)
            for share in made:
                self.reserved -= share.amount.micros
                self.credit(share.creator, share.amount.micros)

    @rule(payer=payers, creator=creators, micros=amounts)
    def tips(self, payer: Person, creator: Person, micros: int) -> None:
        till = till_address(self.stage.escrow, creator.address)
        outcome = self.stage.send(transfer_call(TOKEN, till, Money(micros)), payer.address)
        assert outcome.is_ok is (self.can_move(payer.address) and self.money[payer.address] >= micros)
        if outcome.is_ok:
            self.money[payer.address] -= micros
            self.tills[creator.address] += micros

    @rule(creator=creators, caller=anybody)
    def collects(self, creator: Person, caller: Person) -> None:
        waiting = self.tills[creator.address]
        outcome = self.stage.send(collect_call(self.stage.escrow, creator.address), caller.address)
        assert outcome.is_ok is (waiting > 0 and not self.is_paused)
        if outcome.is_ok:
            self.tills[creator.address] = 0
            self.credit(creator.address, waiting)

    @rule(creator=creators, is_own=st.booleans(), is_late=st.booleans(), skip=st.integers(0, 1))
    def withdraws_by_signature(self, creator: Person, *, is_own: bool, is_late: bool, skip: int) -> None:
        where, owed = creator.address, self.balance[creator.address]
        order = WithdrawOrder(
            chain_id=self.stage.chain_id,
            escrow=self.stage.escrow,
            creator=where,
            nonce=self.orders[where] + skip,
            deadline=self.stage.timestamp - is_late,
        )
        call = order.signed_call(creator.key if is_own else OUTSIDER.key)
        outcome = self.stage.send(call, OUTSIDER.address)
        is_right = is_own and not is_late and not skip
        assert outcome.is_ok is (is_right and owed > 0 and self.can_move(where, self.stage.escrow))
        if outcome.is_ok:
            assert not self.stage.send(call, OUTSIDER.address).is_ok
            self.orders[where] += 1
            self.money[where] += owed
            self.balance[where] = 0

    @precondition(lambda self: self.kept)
    @rule()
    def stops_or_resumes_sales(self) -> None:
        name = "resumeSales()" if self.are_sales_stopped else "stopSales()"
        assert not stop_sales(self.stage, OUTSIDER.address, name=name).is_ok
        assert stop_sales(self.stage, name=name).is_ok
        self.are_sales_stopped = not self.are_sales_stopped

    @invariant()
    def it_holds_at_least_what_it_owes(self) -> None:
        owed = self.ask(platform_balance_call(self.stage.escrow)) + sum(
            self.ask(creator_balance_call(self.stage.escrow, one.address)) for one in EVERYBODY
        )
        pool = self.ask(pool_balance_call(self.stage.escrow)), self.ask(pool_reserved_call(self.stage.escrow))
        assert pool == (self.free, self.reserved)
        assert self.ask(balance_of_call(TOKEN, self.stage.escrow)) == owed + sum(pool) + self.stray

    @invariant()
    def it_keeps_tills_and_memberships_as_they_were_paid(self) -> None:
        for one in CREATORS:
            till = till_address(self.stage.escrow, one.address)
            assert self.ask(balance_of_call(TOKEN, till)) == self.tills[one.address]
        for (viewer, creator, tier), until in self.paid.items():
            assert self.ask(paid_until_call(self.stage.escrow, viewer, creator, tier)) == until


@pytest.mark.timeout(600)
def test_any_order_of_steps_follows_the_model() -> None:
    run(EscrowMachine)
