"""Names in requests: who acts, what is replaced, and what is left alone."""

from __future__ import annotations

import hashlib

import pytest

from services.node.named.names import Call, read_names, with_names
from services.units.address import Address


def account(name: str) -> Address:
    return Address("0x" + hashlib.sha256(name.encode()).hexdigest()[:40])


@pytest.mark.parametrize(
    ("call", "actor", "path"),
    [
        (Call("GET", "/tiers/ada"), None, f"/tiers/{account('ada')}"),
        (Call("PUT", "/tiers/dc24", body=b'{"creator_id": "ada"}'), "ada", "/tiers/dc24"),
        (Call("GET", "/content/creator/ada"), None, f"/content/creator/{account('ada')}"),
        (Call("GET", "/content/creator/ada", "user_id=bob"), "bob", f"/content/creator/{account('ada')}"),
        (Call("GET", "/api/v1/dashboard/ada"), "ada", f"/api/v1/dashboard/{account('ada')}"),
        (Call("POST", "/payout/ada"), "ada", f"/payout/{account('ada')}"),
        (Call("GET", "/kyc/cases", "user_id=operator"), "operator", "/kyc/cases"),
        (Call("POST", "/subscribe/", body=b'{"user_id":"bob","creator_id":"ada"}'), "bob", "/subscribe/"),
        (Call("POST", "/content/x/pay", "user_id=bob"), "bob", "/content/x/pay"),
    ],
)
def test_who_acts_and_where(call: Call, actor: str | None, path: str) -> None:
    found = read_names(call, None, account)
    assert found is not None
    assert (found.actor, found.call.path) == (actor, path)


@pytest.mark.parametrize(
    "call",
    [
        Call("GET", "/content"),
        Call("GET", f"/tiers/{account('ada')}"),
        Call("GET", "/content/x", f"user_id={account('bob')}"),
        Call("POST", "/tiers/", body=b'{"creator_id": 1, "name": "ada"}'),
        Call("POST", "/tiers/", body=b'{"name": "\\"creator_id\\": \\"ada\\""}'),
        Call("GET", "/kyc/cases"),
        Call("POST", "/creators/withdraw"),
    ],
)
def test_what_names_nobody_is_left_alone(call: Call) -> None:
    assert read_names(call, None, account) is None


def test_numbers_stay_as_they_were_written() -> None:
    body = b'{ "creator_id": "ada", "price": 2.990, "user_id" : "bob" }'
    found = read_names(Call("POST", "/tiers/", body=body), None, account)
    assert found is not None
    expected = f'{{ "creator_id": "{account("ada")}", "price": 2.990, "user_id" : "{account("bob")}" }}'
    assert found.call.body == expected.encode()


def test_a_name_in_place_of_a_token_acts() -> None:
    found = read_names(Call("GET", "/users/me/history"), "bob", account)
    assert found is not None
    assert found.actor == "bob"


def test_answers_show_names_in_the_fields_of_names_only() -> None:
    known = {account("ada"): "ada"}
    answer = f'{{"creator_id":"{account("ada")}","wallet":"{account("ada")}","user_id":"{account("bob")}"}}'
    shown = with_names(answer.encode(), lambda address: known.get(Address(address), address))
    assert shown.decode() == answer.replace(f'"creator_id":"{account("ada")}"', '"creator_id":"ada"')
