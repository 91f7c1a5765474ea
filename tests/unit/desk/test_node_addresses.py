"""Addresses of nodes and links to films: one form for each, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.nodes.addresses import film_link, read_address, read_link
from services.units.ids import new_content_id
from services.wire.problems import ProblemError


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://films.example", "https://films.example"),
        (" HTTPS://Films.Example./ ", "https://films.example"),
        ("films.example", "https://films.example"),
        ("films.example:8443", "https://films.example:8443"),
        ("https://films.example:443/", "https://films.example"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_address_has_one_form(typed: str, address: str) -> None:
    assert read_address(typed) == address
    assert read_address(address) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "http://films.example",
        "http://127.0.0.1.films.example",
        "http://localhost.films.example",
        "ftp://films.example",
        "file:///etc/passwd",
        "javascript://films.example",
        "https://me:secret@films.example",
        "https://films.example/node",
        "https://films.example?x",
        "https://films.example#x",
        "https://films.example:0",
        "https://films.example:65536",
        "https://films example",
        "https://films.exa\u200bmple",
        "https://фильмы.example",
        "https://" + "a" * 300,
    ],
)
def test_what_is_no_safe_address_is_refused(typed: str) -> None:
    with pytest.raises(ProblemError, match=r"node\.address"):
        read_address(typed)


@given(st.text(max_size=400))
def test_anything_typed_is_an_address_or_a_refusal(typed: str) -> None:
    try:
        address = read_address(typed)
    except ProblemError as problem:
        assert problem.code == "node.address"  # noqa: PT017  every text has one of two ends
    else:
        assert read_address(address) == address


@pytest.mark.parametrize("node", ["", "https://films.example:8443"])
def test_a_link_says_chain_film_and_node(node: str) -> None:
    content = new_content_id()
    link = read_link(film_link(7427010, content, node))
    assert (link.chain_id, link.content, link.node) == (7427010, content, node)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://films.example",
        "museclock://7427010/content/0x12",
        "museclock://x/content/0x" + "ab" * 32,
        "museclock://1/other/0x" + "ab" * 32,
        "museclock://1/content/0x" + "ab" * 32 + "?node=http%3A%2F%2Ffilms.example",
        "museclock://1/content/0x" + "ab" * 32 + "?node=https://films.example&x=1",
    ],
)
def test_what_is_no_link_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match=r"node\.address"):
        read_link(text)
