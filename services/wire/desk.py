"""The service process and its desks, seen from the window."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.units.money import ZERO
from services.wire.base import AddressField, Answer, Bytes32Field, ContentIdField, Moment, MoneyField, Request

PROTOCOL = 1
WalletStatus = Literal["missing", "locked", "open"]


ReceiptState = Literal["signed", "sent", "keyed", "refused", "unknown", "disputed"]
"""``disputed``: paid, but the key is not the one that the creator committed to."""


Method = Literal["channel", "chain"]
"""By vouchers on a deposit, or every purchase by a transaction of its own."""

ChannelState = Literal["open", "refunding", "withdrawing", "closed"]
"""``closed``: nothing is left in it; it opens again with the next deposit."""


class Health(Answer):
    """Says that the service is there and which world it shows."""

    status: Literal["ok"]
    protocol: int
    version: str
    demo: bool
    chain_id: int
    chain: Literal["ok", "unreachable", "not_deployed", "wrong_chain"]
    channels: Literal["offered", "unknown_chain", "not_deployed", "other_code", "unknown"] = "unknown"
    """Whether viewers may pay through channels, and if not, why; ``unknown`` while the chain has not answered."""
    explorer: str = ""
    """Under ``/tx/HASH`` there people see a transaction; empty for a chain that has no explorer."""
    samples: tuple[str, ...] = ()
    """Paths of films that a person may try uploading with; empty outside the demo."""


class DeskOut(Answer):
    """One person's side: in demo mode there are several, elsewhere one."""

    id: str
    name: str
    role: Literal["creator", "viewer", "both", "newcomer", "operator"]
    address: AddressField | None
    wallet: WalletStatus


class WalletOut(Answer):
    """The wallet's numbers. Chain figures are None while the chain cannot be read."""

    wallet: WalletStatus
    address: AddressField | None
    available: MoneyField | None
    """What can be spent now: the token balance less what is in flight."""
    in_flight: MoneyField
    """Signed, and the outcome not yet known."""
    spent: MoneyField
    in_channels: MoneyField = ZERO
    """Deposited for creators, less what was spent there and came back; part of it may be promised."""
    promised: MoneyField = ZERO
    """Signed in vouchers, and the outcome not yet known."""
    refundable: MoneyField = ZERO
    """What the channels would give back now."""
    gas: MoneyField | None
    """Gas money, rounded down to micro-USDC."""
    as_of: Moment
    block: int | None


class PassphraseIn(Request):
    """A passphrase to create or open the wallet with; never logged."""

    passphrase: str


class ReceiptOut(Answer):
    """One purchase of one or more chunks, with the state of its money."""

    intent: str
    content_id: str
    title: str
    creator: AddressField
    first_chunk: int
    chunk_count: int
    amount: MoneyField
    state: ReceiptState
    transaction: str | None
    at: Moment
    receipt: str = ""
    """What names it to the creator when the money is asked back."""
    node: str = ""
    """The address of the node that sold it; empty for the own one."""


class ReconciliationRow(Answer):
    """One sum in three books. None: that book could not be read.

    ``deposited`` (into channels, less what came back) is the chain's and the desk's affair alone.
    """

    name: Literal["paid", "deposited", "earned", "withdrawn", "available"]
    chain: MoneyField | None
    node: MoneyField | None
    desk: MoneyField
    waiting: MoneyField = ZERO
    """Bought by vouchers that nobody has brought to the chain yet: the chain will have it once they are claimed."""

    @property
    def agrees(self) -> bool:
        """Tell whether the sums are equal to the unit."""
        if self.chain is None or self.waiting < ZERO or self.chain + self.waiting != self.desk:
            return False
        return self.name == "deposited" or self.node == self.desk


class Reconciliation(Answer):
    """Chain, node ledger and desk ledger side by side."""

    rows: tuple[ReconciliationRow, ...]
    block: int | None
    as_of: Moment


class ChannelOut(Answer):
    """One channel of this account, with the state of its money; amounts by this desk's books."""

    id: Bytes32Field
    creator: AddressField
    creator_name: str
    """Empty while no film of that creator was opened here."""
    node: str
    deposited: MoneyField
    """Put in, less what came back."""
    spent: MoneyField
    promised: MoneyField
    refundable: MoneyField
    state: ChannelState
    since: Moment
    used_at: Moment
    ready_at: Moment | None
    """When an announced withdrawal can be finished."""
    can_refund: bool
    """Whether this device can ask the node for the rest; a withdrawal needs nobody."""


class BalanceLineOut(Answer):
    """One change of what the wallet has: what it was, how much of it, and where the money went or came from.

    kind: the ledger's (services.desk.money); title: of the film or tier, empty for none.
    """

    kind: str
    title: str
    amount: MoneyField
    """What could be spent before and cannot now, or the other way round."""
    in_channels: MoneyField
    """What lies in channels more or less for it."""
    at: Moment


class BalanceOut(Answer):
    """All changes of the wallet, the latest first.

    from_outside: what came into the wallet in all less what left it by other programs; None while the chain is away.
    """

    lines: tuple[BalanceLineOut, ...]
    from_outside: MoneyField | None


class DayOut(Answer):
    """What was bought on this UTC day."""

    limit: MoneyField
    spent: MoneyField


class CreatorDayOut(Answer):
    """What was bought from one creator on this UTC day."""

    creator: AddressField
    spent: MoneyField


class FilmBudgetOut(Answer):
    """How far a film may go without asking: what was set while watching it, and what is used of that."""

    content_id: ContentIdField
    title: str
    limit: MoneyField
    spent: MoneyField


class BudgetsOut(Answer):
    """The limits that hold for everything that is signed, by click or by itself."""

    day: DayOut
    creator_limit: MoneyField
    """For each creator and day."""
    creators: tuple[CreatorDayOut, ...]
    films: tuple[FilmBudgetOut, ...] = ()
    """Those that still buy by themselves when they play, the last opened first."""


class BudgetsIn(Request):
    """New limits; one that rises needs the passphrase, unless the wallet opens by itself."""

    day: MoneyField | None = None
    creator: MoneyField | None = None
    passphrase: str | None = None


class PaymentChoice(Answer):
    """How this person pays. refund_after_days: 0 gives a channel's rest back ten minutes after the last purchase."""

    method: Method
    refund_after_days: int


class PaymentIn(Request):
    """A new choice; what is left out stays as it is."""

    method: Method | None = None
    refund_after_days: Annotated[int, Field(ge=0, le=365)] | None = None
