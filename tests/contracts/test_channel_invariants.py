"""Channels under any order of steps by anybody, against a model in plain numbers: trees/channel_invariants.tree.

Size: MUSECLOCK_CHAIN_EXAMPLES (default 20) runs of up to MUSECLOCK_CHAIN_STEPS (default 40) steps.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chain.abi import read_uint, words
from services.chain.calls import Call
from services.chain.channel_calls import (
    claim_call,
    claim_signed_call,
    deposit_call,
    finalize_withdraw_call,
    initiate_withdraw_call,
    multicall_call,
    pending_withdrawal_call,
    read_pending,
    receiver_call,
    refund_call,
    refund_nonce_call,
    refund_signed_call,
    settle_call,
)
from services.chain.channels import SETTLEMENT, ChannelConfig, Claim, Deposit, sign_claims, sign_refund
from services.chain.demo.genesis import TOKEN
from services.units.money import Money
from tests.contracts.channel_moves import ChannelBook, ChannelModel
from tests.contracts.ledger import block, money
from tests.contracts.machine import run
from tests.fixtures.chain import Person, new_stage, person
from tests.fixtures.chain_channels import FUNDS, ChannelHouse

VIEWERS = tuple(person(f"viewer {index}") for index in range(2))
CREATORS = tuple(person(f"creator {index}") for index in range(2))
OUTSIDER = person("outsider")
DELAY_S = 900

creators = st.sampled_from(CREATORS)
amounts = st.one_of(st.integers(1, 40), st.integers(1, 3_000))
indexes = st.integers(0, 5)


class ChannelMachine(RuleBasedStateMachine):
    """Steps on a fresh chain; the model says beforehand whether each must succeed."""

    def __init__(self) -> None:
        super().__init__()
        self.house = ChannelHouse(new_stage())
        self.stage, self.model = self.house.stage, ChannelModel()
        self.configs: list[tuple[Person, ChannelConfig]] = []
        self.kept: list[Deposit] = []
        self.vouchers: list[Claim] = []

    @initialize()
    def opens(self) -> None:
        for viewer in VIEWERS:
            for creator in CREATORS:
                config = self.house.config(viewer, receiver=creator.address, withdraw_delay_s=DELAY_S)
                self.configs.append((viewer, config))
                self.model.books[self.house.id(config)] = ChannelBook(viewer.address, creator.address)
            self.kept.append(self.house.deposit(self.configs[-1][1], viewer, 500))
            self.model.money[viewer.address] = FUNDS

    def channel(self, index: int) -> tuple[Person, ChannelConfig, ChannelBook]:
        viewer, config = self.configs[index % len(self.configs)]
        return viewer, config, self.model.books[self.house.id(config)]

    def send(self, call: Call, sender: Person, *, expected: bool) -> None:
        assert self.stage.send(call, sender.address).is_ok is expected

    @rule(index=indexes, micros=amounts)
    def signs_a_deposit(self, index: int, micros: int) -> None:
        viewer, config, _ = self.channel(index)
        self.house.salts += 1
        self.kept.append(self.house.signed_deposit(config, viewer, micros))

    @rule(data=st.data())
    def deposits(self, data: st.DataObject) -> None:
        made = data.draw(st.sampled_from(self.kept))
        channel = self.house.id(made.config)
        book, name = self.model.books[channel], (channel, made.salt)
        expected = name not in self.model.used and not self.model.blocked & {book.payer, SETTLEMENT}
        self.send(deposit_call(made), OUTSIDER, expected=expected)
        if expected:
            self.model.used.add(name)
            self.model.money[book.payer] -= made.amount.micros
            book.deposited += made.amount.micros

    @rule(data=st.data(), index=indexes)
    def redirects_a_deposit(self, data: st.DataObject, index: int) -> None:
        made = data.draw(st.sampled_from(self.kept))
        _, config, _ = self.channel(index)
        if config != made.config:
            forged = Deposit(config, made.amount, made.valid_after, made.valid_before, made.salt, made.signature)
            self.send(deposit_call(forged), OUTSIDER, expected=False)

    @rule(index=indexes, limit=amounts, less=st.integers(0, 5), signed=st.booleans())
    def claims(self, index: int, limit: int, less: int, *, signed: bool) -> None:
        viewer, config, book = self.channel(index)
        total = max(1, limit - less)
        row = self.house.claim(config, viewer, total, limit=limit)
        self.vouchers.append(row)
        self.claim(row, book, signed=signed)

    def claim(self, row: Claim, book: ChannelBook, *, signed: bool) -> None:
        total = row.total_claimed.micros
        expected = total <= row.voucher.max_claimable.micros and (total <= book.claimed or total <= book.deposited)
        if signed:
            signature = sign_claims(self.stage.chain_id, [row], self.house.node.key)
            self.send(claim_signed_call([row], signature), OUTSIDER, expected=expected)
        else:
            self.send(claim_call([row]), self.house.node, expected=expected)
        if expected:
            self.model.claimed[book.receiver] += book.claim(total)

    @precondition(lambda self: self.vouchers)
    @rule(data=st.data(), more=st.integers(-3, 3))
    def claims_by_an_old_voucher(self, data: st.DataObject, more: int) -> None:
        old = data.draw(st.sampled_from(self.vouchers))
        total = Money(max(1, old.total_claimed.micros + more))
        book = self.model.books[old.voucher.channel_id]
        self.claim(Claim(old.config, old.voucher, total), book, signed=False)
        # Nobody else can bring it, and it is worth nothing in another channel.
        self.send(claim_call([old]), OUTSIDER, expected=False)
        other = next(config for _, config in self.configs if config != old.config)
        book = self.model.books[self.house.id(other)]
        forged = Claim(other, old.voucher, Money(book.claimed + 1))
        assert not self.stage.send(claim_call([forged]), self.house.node.address).is_ok

    @rule(creator=creators)
    def settles(self, creator: Person) -> None:
        where = creator.address
        waiting = self.model.claimed[where] - self.model.settled[where]
        expected = waiting == 0 or self.model.can_receive(where)
        self.send(settle_call(where, TOKEN), OUTSIDER, expected=expected)
        if expected:
            self.model.settled[where] += waiting
            self.model.money[where] += waiting

    @rule(index=indexes, micros=amounts, signed=st.booleans())
    def refunds(self, index: int, micros: int, *, signed: bool) -> None:
        _, config, book = self.channel(index)
        amount = Money(micros)
        expected = book.free == 0 or self.model.can_receive(book.payer)
        call = refund_call(config, amount)
        if signed:
            signature = sign_refund(self.stage.chain_id, self.house.id(config), book.nonce, amount, self.house.node.key)
            call = refund_signed_call(config, amount, book.nonce, signature)
        else:
            self.send(call, OUTSIDER, expected=False)
        self.send(call, OUTSIDER if signed else self.house.node, expected=expected)
        if expected:
            self.model.money[book.payer] += book.refund(micros)

    @rule(index=indexes, micros=amounts, by_session=st.booleans())
    def announces_a_withdrawal(self, index: int, micros: int, *, by_session: bool) -> None:
        viewer, config, book = self.channel(index)
        call = initiate_withdraw_call(config, Money(micros))
        self.send(call, self.house.node, expected=False)
        expected = book.pending is None and micros <= book.free
        self.send(call, self.house.session(viewer) if by_session else viewer, expected=expected)
        if expected:
            book.pending = (micros, self.stage.timestamp)

    @rule(index=indexes)
    def withdraws(self, index: int) -> None:
        viewer, config, book = self.channel(index)
        is_ready = book.pending is not None and self.stage.timestamp >= book.pending[1] + DELAY_S
        expected = is_ready and (book.free == 0 or self.model.can_receive(book.payer))
        self.send(finalize_withdraw_call(config), viewer, expected=expected)
        if expected:
            self.model.money[book.payer] += book.finalize()

    @rule(index=indexes, micros=amounts)
    def ends_a_film(self, index: int, micros: int) -> None:
        """Claim, settle and refund in one go, as a node does at the end of a film."""
        viewer, config, book = self.channel(index)
        total = book.claimed + micros
        can = not self.model.blocked & {book.payer, book.receiver}
        if total > book.deposited or not can:
            return
        row = self.house.claim(config, viewer, total)
        calls = [claim_call([row]), settle_call(config.receiver, TOKEN), refund_call(config, Money(FUNDS))]
        self.send(multicall_call(calls), self.house.node, expected=True)
        self.model.claimed[book.receiver] += book.claim(total)
        self.model.money[book.receiver] += self.model.claimed[book.receiver] - self.model.settled[book.receiver]
        self.model.settled[book.receiver] = self.model.claimed[book.receiver]
        self.model.money[book.payer] += book.refund(FUNDS)

    @rule(who=st.sampled_from([*VIEWERS, *CREATORS]))
    def is_blocked_or_freed(self, who: Person) -> None:
        is_blocked = who.address not in self.model.blocked
        block(self.stage, who.address, is_blocked=is_blocked)
        self.model.blocked ^= {who.address}

    @rule(seconds=st.sampled_from([1, DELAY_S - 1, DELAY_S]))
    def passes_time(self, seconds: int) -> None:
        self.stage.timestamp += seconds

    @invariant()
    def it_holds_exactly_what_it_owes(self) -> None:
        assert money(self.stage, SETTLEMENT) == self.model.owed

    @invariant()
    def it_never_claims_more_than_was_deposited_nor_less_than_before(self) -> None:
        for _, config in self.configs:
            book, found = self.model.books[self.house.id(config)], self.house.state(config)
            assert book.highest_claim <= found.total_claimed.micros <= found.balance.micros
            book.highest_claim = found.total_claimed.micros

    @invariant()
    def it_takes_each_deposit_once_and_into_its_own_channel(self) -> None:
        for _, config in self.configs:
            channel = self.house.id(config)
            book, found = self.model.books[channel], self.house.state(config)
            assert (found.balance.micros, found.total_claimed.micros) == (book.deposited, book.claimed)
            assert self.stage.number_of(refund_nonce_call(channel)) == book.nonce
            pending = read_pending(self.stage.ask(pending_withdrawal_call(channel)))
            assert (pending.amount.micros, pending.initiated_at) == (book.pending or (0, 0))

    @invariant()
    def it_moves_money_to_nobody_but_payer_and_receiver(self) -> None:
        for one in (*VIEWERS, *CREATORS, OUTSIDER, self.house.node):
            assert money(self.stage, one.address) == self.model.money[one.address]
        for one in CREATORS:
            claimed, settled = words(self.stage.ask(receiver_call(one.address, TOKEN)))
            expected = self.model.claimed[one.address], self.model.settled[one.address]
            assert (read_uint(claimed), read_uint(settled)) == expected

    @invariant()
    def it_lets_no_blocked_party_stop_another(self) -> None:
        for creator in CREATORS:
            if self.model.can_receive(creator.address):
                self.stage.ask(settle_call(creator.address, TOKEN))
        for viewer, config in self.configs:
            book = self.model.books[self.house.id(config)]
            if book.free and book.pending is None:
                self.stage.ask(initiate_withdraw_call(config, Money(book.free)), viewer.address)


@pytest.mark.timeout(600)
def test_any_order_of_steps_follows_the_model() -> None:
    run(ChannelMachine)
