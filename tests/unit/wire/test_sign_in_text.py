"""EIP-4361 messages are read strictly: what differs in one character is no message, or says another thing."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chain.hashing import address_of
from services.chain.message import checksum, sign_message
from services.chain.sign_in import read_signed
from services.units.address import address
from services.wire.accounts import SCOPES
from services.wire.problems import ProblemError
from services.wire.sign_in import MAX_CHARS, SignIn, parse, scope_resources

KEY = b"\x05" * 32
MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
MESSAGE = SignIn(
    domain="museclock.local:8443",
    address=address_of(KEY),
    uri="https://museclock.local:8443/api",
    chain_id=7427010,
    nonce="0123456789abcdef0123456789abcdef",
    issued_at=MOMENT,
    expires_at=MOMENT + timedelta(minutes=5),
)
TEXT = MESSAGE.text(checksum(MESSAGE.address))
# The standard's own examples: with an implicit scheme, with a port, with an explicit scheme.
STANDARD = """{origin} wants you to sign in with your Ethereum account:
0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2

I accept the ExampleOrg Terms of Service: https://example.com/tos

URI: https://example.com/login
Version: 1
Chain ID: 1
Nonce: 32891756
Issued At: 2021-09-30T16:25:24Z
Resources:
- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/
- https://example.com/my-web2-claim.json"""

moments = st.integers(946_684_800, 29_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def some(signs: str, *, least: int = 1, most: int = 20) -> st.SearchStrategy[str]:
    return st.text(signs, min_size=least, max_size=most)


WORDS = "abcXYZ019"
messages = st.builds(
    SignIn,
    domain=some("abcz019.-") | some("az09.").map(lambda name: f"{name}:8443"),
    address=st.just(MESSAGE.address),
    uri=some(WORDS + "/%?=&.-").map(lambda rest: f"https://{rest}"),
    chain_id=st.integers(1, 10**18 - 1),
    nonce=some(WORDS, least=8, most=64),
    issued_at=moments,
    expires_at=st.none() | moments,
    statement=st.none() | some(WORDS + " .,:/()-", most=60),
    not_before=st.none() | moments,
    request_id=st.none() | some(WORDS + ".@:-", least=0).map(lambda name: name + "%2F"),
    resources=st.none() | st.lists(some(WORDS + "/.:-").map(lambda rest: f"ipfs:{rest}"), max_size=3).map(tuple),
    scheme=st.none() | st.sampled_from(["http", "https"]),
)


def shown(message: SignIn) -> str:
    return message.text(checksum(message.address))


def without_moments(text: str) -> str:
    return re.sub(r"(?m)^(Issued At|Expiration Time|Not Before): .*$", r"\1", text)


@given(messages)
def test_what_is_written_is_read(message: SignIn) -> None:
    text = shown(message)
    assert parse(text) == message
    assert read_signed(text, sign_message(text, KEY)) == message


@given(messages, st.data())
def test_a_changed_message_is_refused_or_means_what_it_says(message: SignIn, data: st.DataObject) -> None:
    """Even signed anew, a mutation never passes for the message that it was made of."""
    mutated = data.draw(mutations(shown(message)))
    found = _read(mutated)
    if found is not None:
        # Nothing in the text is passed over: written again, it is the same but for the notation of moments.
        assert without_moments(shown(found)) == without_moments(mutated)
        assert parse(shown(found)) == found


@given(messages, st.data())
def test_a_signature_is_for_one_text(message: SignIn, data: st.DataObject) -> None:
    text = shown(message)
    mutated = data.draw(mutations(text).filter(lambda found: found != text))
    assert _read(mutated, signature=sign_message(text, KEY)) is None


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """Change, add or leave out a character or a line, or swap two lines."""
    kind = draw(st.sampled_from(["replace", "insert", "delete", "swap", "repeat", "drop", "case"]))
    lines = text.split("\n")
    place, other = draw(st.integers(0, len(text) - 1)), draw(st.integers(0, len(lines) - 1))
    line = draw(st.integers(0, len(lines) - 1))
    sign = draw(st.sampled_from("\n\r\t :-0zZA/é\u0661\u2028") | st.characters(codec="utf-8"))
    if kind in ("replace", "insert", "delete", "case"):
        middle = {"replace": sign, "insert": sign + text[place], "delete": "", "case": text[place].swapcase()}[kind]
        return text[:place] + middle + text[place + 1 :]
    if kind == "swap":
        lines[line], lines[other] = lines[other], lines[line]
    elif kind == "repeat":
        lines.insert(other, lines[line])
    else:
        del lines[line]
    return "\n".join(lines)


def _read(text: str, *, signature: str | None = None) -> SignIn | None:
    with suppress(ProblemError):
        return read_signed(text, signature or sign_message(text, KEY))
    return None


@pytest.mark.parametrize("origin", ["example.com", "example.com:3388", "https://example.com"])
def test_the_standard_s_own_examples_are_read(origin: str) -> None:
    text = STANDARD.format(origin=origin)
    found = parse(text)
    assert found.text("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2") == text
    assert (found.expires_at, found.chain_id, found.nonce) == (None, 1, "32891756")
    assert found.resources == (
        "ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/",
        "https://example.com/my-web2-claim.json",
    )
    assert found.scheme == ("https" if "//" in origin else None)


def test_moments_may_be_written_as_browsers_do_and_in_any_zone() -> None:
    text = TEXT.replace("12:00:00Z", "12:00:00.000Z").replace("12:05:00Z", "13:05:00+01:00")
    assert text != TEXT
    assert parse(text) == MESSAGE


def test_scopes_are_resources() -> None:
    assert MESSAGE.scopes == SCOPES
    assert replace(MESSAGE, resources=("https://elsewhere.example/x",)).scopes == SCOPES
    bounded = replace(MESSAGE, resources=("https://elsewhere.example/x", *scope_resources(["money", "watch"])))
    assert bounded.scopes == ("watch", "money")
    assert parse(shown(bounded)).scopes == ("watch", "money")
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        _ = replace(MESSAGE, resources=("urn:museclock:scope:everything",)).scopes


def test_the_checksum_is_eip_55_s() -> None:
    # The specification's own examples.
    for known in (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ):
        assert checksum(address(known)) == known


@pytest.mark.parametrize("other", [str.lower, str.upper, str.swapcase])
def test_an_address_without_its_checksum_is_refused(other: object) -> None:
    written = checksum(MESSAGE.address)
    text = MESSAGE.text("0x" + other(written[2:]))  # type: ignore[operator]
    assert parse(text) == MESSAGE
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        read_signed(text, sign_message(text, KEY))


def test_signatures_are_those_of_eth_account() -> None:
    from eth_account import Account
    from eth_account.messages import encode_defunct

    for text in ("", "a", TEXT, "ä" * 300):
        oracle = Account.sign_message(encode_defunct(text=text), KEY)
        assert sign_message(text, KEY) == "0x" + bytes(oracle.signature).hex()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "\n",
        lambda text: "\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        # In another order than the standard's.
        lambda text: text.replace("Version: 1\nChain ID: 7427010", "Chain ID: 7427010\nVersion: 1"),
        lambda text: text + "\nRequest ID: x\nNot Before: 2026-11-21T12:00:00Z",
        lambda text: text + "\nResources:\nhttps://x",
        lambda text: text + "\nResources:\n- no-uri",
        lambda text: text + "\nRequest ID: a b",
        lambda text: text + "\nOther: x",
        lambda text: text.replace("Version: 1", "Version: 2"),
        lambda text: text.replace("moves no money", "möves no money"),
        lambda text: text.replace("museclock.local:8443 wants", "muséclock.local wants"),
        lambda text: text.replace("museclock.local:8443 wants", "x@museclock.local wants"),
        lambda text: text.replace("museclock.local:8443 wants", "museclock.local/x wants"),
        lambda text: text.replace("Chain ID: 7427010", "Chain ID: 0x7153c2"),
        lambda text: text.replace("Chain ID: 7427010", "Chain ID: 07427010"),
        lambda text: text.replace("Chain ID: 7427010", "Chain ID: ٧"),
        lambda text: text.replace("Nonce: 0123456789abcdef0123456789abcdef", "Nonce: short"),
        lambda text: text.replace("Nonce: 0123456789abcdef", "Nonce: 0123456789abcde-"),
        lambda text: text.replace("12:00:00Z", "12:00:00"),
        lambda text: text.replace("12:00:00Z", "12:00:00z"),
        lambda text: text.replace("12:00:00Z", "99:00:00Z"),
        lambda text: text.replace("11-21T12:00:00Z", "02-30T12:00:00Z"),
        lambda text: text.replace("12:00:00Z", "12:00:00+29:00"),
        lambda text: text.replace("URI: https://", "URI: https:// "),
        lambda text: "",
        lambda text: text * 2,
        lambda text: text + "\nRequest ID: " + "x" * MAX_CHARS,
    ],
)
def test_other_forms_are_refused(change: object) -> None:
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        parse(change(TEXT))  # type: ignore[operator]


@pytest.mark.parametrize("signature", ["0x", "0x" + "00" * 65, "0x" + "ff" * 65, "zz", "0x" + "11" * 64])
def test_a_broken_signature_is_nobody_s(signature: str) -> None:
    with pytest.raises(ProblemError, match=r"account\.sign_in_refused"):
        read_signed(TEXT, signature)
