"""Which encoder codes films: each is tried with a few pictures, and one that fails or does otherwise is passed over."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from services.media import encoders
from services.media.encoders import ENVIRONMENT, Encoder, choose_encoder

# Codes as a card would that is there and does what it is told; it is in the wheel of av.
CARD = Encoder(
    "libx264",
    "h264",
    MappingProxyType({"preset": "ultrafast", "sc_threshold": "0", "forced-idr": "1"}),
    is_hardware=True,
    bits_per_pixel=0.12,
)
# Is there, but makes each picture a key frame.
DISOBEDIENT = Encoder("mjpeg", "mjpeg", MappingProxyType({}), is_hardware=True, bits_per_pixel=0.12)
ABSENT = Encoder("h264_of_no_card", "h264", MappingProxyType({}), is_hardware=True)
PLAIN = encoders._ENCODERS[-1]


def chosen(monkeypatch: pytest.MonkeyPatch, *there: Encoder) -> Encoder:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr(encoders, "_ENCODERS", there)
    return choose_encoder(320, 180)


def test_a_card_that_does_what_it_is_told_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, CARD, PLAIN) is CARD


@pytest.mark.parametrize("card", [ABSENT, DISOBEDIENT], ids=lambda card: card.name)
def test_a_card_that_is_not_there_or_disobeys_is_passed_over(card: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(monkeypatch, card, PLAIN) is PLAIN


def test_where_nothing_codes_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LookupError):
        chosen(monkeypatch, ABSENT)


def test_what_a_person_names_comes_before_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "_ENCODERS", (CARD, PLAIN))
    monkeypatch.setenv(ENVIRONMENT, PLAIN.name)
    assert choose_encoder(320, 180) is PLAIN
