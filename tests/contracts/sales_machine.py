"""The Escrow's sales and withdrawals as steps against a model in plain numbers, and what holds after each of them."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.chain.abi import address_word, selector
from services.chain.authorization import SignedAuthorization
from services.chain.calls import (
    Call,
    balance_of_call,
    creator_balance_call,
    creator_gross_call,
    pay_call,
    platform_balance_call,
    transfer_call,
    withdraw_creator_call,
    withdraw_platform_call,
)
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import FAUCET, PLATFORM, TOKEN
from services.units.address import Address, Bytes32
from services.units.money import Money
from tests.contracts.tokens import cancel_call
from tests.fixtures.chain import START, Person, altered, new_stage, person

PAYERS = tuple(person(f"payer {index}") for index in range(3))
CREATORS = (*(person(f"creator {index}") for index in range(2)), PAYERS[0])
OUTSIDER = person("outsider")
EVERYBODY = (*PAYERS, *CREATORS[:2], OUTSIDER)
FUNDS = 100_000

payers = st.sampled_from(PAYERS)
creators = st.sampled_from(CREATORS)
anybody = st.sampled_from(EVERYBODY)
chunks = st.integers(0, 5)
counts = st.integers(1, 3)
amounts = st.one_of(st.integers(1, 30), st.integers(1, 60_000))


class SalesMachine(RuleBasedStateMachine):
    """Steps on a fresh chain; the model says beforehand whether each must succeed."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = new_stage()
        for one in PAYERS:
            self.stage.mint(one.address, FUNDS)
        self.money: dict[Address, int] = defaultdict(int, {one.address: FUNDS for one in PAYERS})
        self.balance: dict[Address, int] = defaultdict(int)
        self.gross: dict[Address, int] = defaultdict(int)
        self.platform = 0
        self.stray = 0
        self.spent: set[tuple[Address, Bytes32]] = set()
        self.kept: list[SignedAuthorization] = []
        self.blocked: set[Address] = set()
        self.is_paused = False
        self.are_sales_stopped = False

    def can_move(self, *parties: Address) -> bool:
        return not self.is_paused and not self.blocked & set(parties)

    def pay(self, signed: SignedAuthorization, sender: Person) -> Outcome:
        """Pay, and hold that it succeeds exactly when the model says so."""
        terms, name = signed.terms, (signed.terms.payer, signed.nonce)
        micros = terms.amount.micros
        expected = (
            self.can_move(terms.payer, self.stage.escrow)
            and not self.are_sales_stopped
            and name not in self.spent
            and self.money[terms.payer] >= micros
            and terms.valid_after < self.stage.timestamp < terms.valid_before
        )
        outcome = self.stage.send(pay_call(signed), sender.address)
        assert outcome.is_ok is expected
        if outcome.is_ok:
            self.book(signed)
        return outcome

    def book(self, signed: SignedAuthorization) -> None:
        terms, micros = signed.terms, signed.terms.amount.micros
        self.money[terms.payer] -= micros
        self.credit(terms.creator, micros)
        self.spent.add((terms.payer, signed.nonce))

    def credit(self, creator: Address, micros: int) -> None:
        fee = (self.gross[creator] + micros) // 10 - self.gross[creator] // 10
        self.gross[creator] += micros
        self.balance[creator] += micros - fee
        self.platform += fee

    def issuer(self, call: Call) -> None:
        assert self.stage.send(call, FAUCET).is_ok

    @rule(payer=payers, creator=creators, first=chunks, count=counts, micros=amounts, sender=anybody)
    def pays(self, payer: Person, creator: Person, first: int, count: int, micros: int, sender: Person) -> None:
        signed = self.stage.signed(payer, creator=creator.address, first_chunk=first, chunk_count=count, micros=micros)
        self.kept.append(signed)
        self.pay(signed, sender)

    @rule(payer=payers, offsets=st.tuples(st.integers(-2, 2), st.integers(-2, 2)), sender=anybody)
    def pays_near_the_bounds_of_time(self, payer: Person, offsets: tuple[int, int], sender: Person) -> None:
        after, before = self.stage.timestamp + offsets[0] - 2, self.stage.timestamp + offsets[1] + 2
        if after < before:
            signed = self.stage.signed(
                payer, creator=CREATORS[0].address, micros=9, valid_after=after, valid_before=before
            )
            self.kept.append(signed)
            self.pay(signed, sender)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), sender=anybody)
    def repeats(self, data: st.DataObject, sender: Person) -> None:
        self.pay(data.draw(st.sampled_from(self.kept)), sender)

    @precondition(lambda self: self.kept)
    @rule(data=st.data(), creator=creators, micros=amounts, sender=anybody)
    def redirects(self, data: st.DataObject, creator: Person, micros: int, sender: Person) -> None:
        signed = data.draw(st.sampled_from(self.kept))
        for forged in (
            altered(signed, creator=OUTSIDER.address),
            altered(signed, amount=Money(signed.terms.amount.micros + micros)),
            altered(signed, first_chunk=signed.terms.first_chunk + 7),
            altered(signed, payer=OUTSIDER.address),
        ):
            assert not self.stage.send(pay_call(forged), sender.address).is_ok
        if creator.address != signed.terms.creator:
            assert not self.stage.send(pay_call(altered(signed, creator=creator.address)), creator.address).is_ok

    @precondition(lambda self: self.kept)
    @rule(data=st.data())
    def cancels(self, data: st.DataObject) -> None:
        signed = data.draw(st.sampled_from(self.kept))
        signer = next(one for one in PAYERS if one.address == signed.terms.payer)
        outcome = self.stage.send(cancel_call(self.stage, signer, signed.nonce), OUTSIDER.address)
        assert outcome.is_ok is (not self.is_paused and (signer.address, signed.nonce) not in self.spent)
        if outcome.is_ok:
            self.spent.add((signer.address, signed.nonce))

    @rule(caller=anybody)
    def withdraws(self, caller: Person) -> None:
        owed = self.balance[caller.address]
        outcome = self.stage.send(withdraw_creator_call(self.stage.escrow), caller.address)
        assert outcome.is_ok is (owed > 0 and self.can_move(caller.address, self.stage.escrow))
        if outcome.is_ok:
            self.money[caller.address] += owed
            self.balance[caller.address] = 0

    @rule(caller=anybody)
    def withdraws_for_the_platform(self, caller: Person) -> None:
        outcome = self.stage.send(withdraw_platform_call(self.stage.escrow), caller.address)
        assert outcome.is_ok is (self.platform > 0 and self.can_move(PLATFORM, self.stage.escrow))
        if outcome.is_ok:
            self.money[PLATFORM] += self.platform
            self.platform = 0

    @rule(payer=payers, micros=amounts)
    def sends_past_the_escrow_s_books(self, payer: Person, micros: int) -> None:
        outcome = self.stage.send(transfer_call(TOKEN, self.stage.escrow, Money(micros)), payer.address)
        assert outcome.is_ok is (self.can_move(payer.address) and self.money[payer.address] >= micros)
        if outcome.is_ok:
            self.money[payer.address] -= micros
            self.stray += micros

    @rule(who=st.one_of(anybody.map(lambda one: one.address), st.just(PLATFORM)))
    def is_blocked(self, who: Address) -> None:
        self.issuer(Call(TOKEN, selector("blacklist(address)") + address_word(who)))
        self.blocked.add(who)

    @precondition(lambda self: self.blocked)
    @rule(data=st.data())
    def is_freed(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(self.blocked)))
        self.issuer(Call(TOKEN, selector("unBlacklist(address)") + address_word(who)))
        self.blocked.discard(who)

    @rule()
    def pauses_or_resumes(self) -> None:
        self.issuer(Call(TOKEN, selector("unpause()" if self.is_paused else "pause()")))
        self.is_paused = not self.is_paused

    @rule(seconds=st.integers(0, 5))
    def passes_time(self, seconds: int) -> None:
        self.stage.timestamp = max(START, self.stage.timestamp + seconds)

    @invariant()
    def it_holds_at_least_what_it_owes(self) -> None:
        owed = self.ask(platform_balance_call(self.stage.escrow)) + sum(
            self.ask(creator_balance_call(self.stage.escrow, one.address)) for one in EVERYBODY
        )
        assert self.ask(balance_of_call(TOKEN, self.stage.escrow)) == owed + self.stray

    @invariant()
    def it_takes_a_tenth_of_each_creator_s_gross(self) -> None:
        taken = self.ask(platform_balance_call(self.stage.escrow)) + self.ask(balance_of_call(TOKEN, PLATFORM))
        gross = [self.ask(creator_gross_call(self.stage.escrow, one.address)) for one in EVERYBODY]
        assert taken == sum(one // 10 for one in gross)

    @invariant()
    def it_credits_each_authorization_once_and_only_to_its_creator(self) -> None:
        for one in EVERYBODY:
            assert self.ask(creator_gross_call(self.stage.escrow, one.address)) == self.gross[one.address]
            assert self.ask(creator_balance_call(self.stage.escrow, one.address)) == self.balance[one.address]

    @invariant()
    def it_moves_money_to_nobody_else(self) -> None:
        for owner in (*(one.address for one in EVERYBODY), PLATFORM):
            assert self.ask(balance_of_call(TOKEN, owner)) == self.money[owner]

    @invariant()
    def it_lets_no_blocked_party_stop_another(self) -> None:
        for one in EVERYBODY:
            if self.balance[one.address] and self.can_move(one.address, self.stage.escrow):
                call = withdraw_creator_call(self.stage.escrow)
                assert int.from_bytes(self.stage.ask(call, one.address), "big") == self.balance[one.address]

    def ask(self, call: Call) -> int:
        return self.stage.number_of(call)
