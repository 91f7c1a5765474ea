"""A person's back-up: one file with key, content secrets and this computer's books; and what goes with a profile."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, MoneyField, Request

_PATH = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]


class BackupIn(Request):
    """Where a back-up is written or read, and the wallet's passphrase; never logged."""

    path: _PATH
    passphrase: str


class BackupOut(Answer):
    """How the back-up of this desk stands.

    is_needed: False without a wallet, and for one that opens with the device alone. made_at: of the last one made from
    here, None for none. newer: how many films' secrets it does not have. is_due: none was made, films are newer, or it
    is older than ninety days. tried_at: when a back-up was last opened to try it.
    """

    is_needed: bool
    made_at: Moment | None
    path: str
    newer: int
    is_due: bool
    tried_at: Moment | None


class TrialOut(Answer):
    """What a back-up holds, compared with what is here; nothing was changed.

    key_fits: its key makes its address. is_same_wallet: that is this desk's. films: content secrets in it that are the
    ones here; missing: films here that it does not have; wrong: secrets that differ; others: films that are not here.
    """

    address: AddressField
    made_at: Moment
    key_fits: bool
    is_same_wallet: bool
    films: int
    missing: int
    wrong: int
    others: int

    @property
    def holds(self) -> bool:
        """True when everything that is here would come back from it."""
        return self.key_fits and self.is_same_wallet and not (self.missing or self.wrong)


class RestoreIn(BackupIn):
    """A back-up to begin a profile with."""


class RestoredOut(Answer):
    """A profile that came from a back-up."""

    address: AddressField
    made_at: Moment
    films: int


class LossesOut(Answer):
    """What goes with a profile when it is deleted. Sums that cannot be read now are None.

    in_flight: signed, with an outcome that nobody knows yet. earnings: in the Escrow, for this wallet's key only.
    films: sold from this computer; secrets: of all own films; drafts: uploads that were never published.
    """

    address: AddressField | None
    wallet: MoneyField | None
    in_channels: MoneyField
    in_flight: MoneyField
    earnings: MoneyField | None
    films: int
    secrets: int
    drafts: int
    backup: BackupOut


class DeleteIn(Request):
    """The passphrase of the wallet, if there is one; in_flight: that money on its way is given up knowingly."""

    passphrase: str = ""
    in_flight: bool = False


class PlaceOut(Answer):
    """A part of the data folder. name: keys, books, node, films, shelf, logs, window, other."""

    name: str
    size: Annotated[int, Field(ge=0)]


class PlacesOut(Answer):
    """The data folder: where it is, how large its parts are, and how much room there is. Sizes in bytes."""

    path: str
    parts: tuple[PlaceOut, ...]
    free: int


class ProbeOut(Answer):
    """What a first start wants to know of this computer.

    disk_free: bytes. chain: ok, or a problem code; chain_ms: how long it took to answer. encoder: the one that codes
    films which cannot be copied, empty for none; encoder_ms: how long a test picture took.
    """

    path: str
    disk_free: int
    chain: str
    chain_ms: int
    encoder: str
    encoder_is_hardware: bool
