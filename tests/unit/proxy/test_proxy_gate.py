"""Who gets into the paying proxy, and where it leads."""

from __future__ import annotations

import pytest

from services.proxy.gate import Gate
from services.proxy.nodes import list_nodes, read_listen, read_node
from services.proxy.refusals import Reason, Refusal
from services.proxy.upstream import to_client, to_node

TOKEN = "a1" * 16
HOST = ("host", "127.0.0.1:8403")
GATE = Gate(
    frozenset({"127.0.0.1:8403", "localhost:8403"}),
    TOKEN,
    list_nodes(["https://node.example", "http://127.0.0.1:8402", "http://[::1]:8000"]),
)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://node.example", "https://node.example"),
        ("https://NODE.example/", "https://node.example"),
        ("HTTPS://node.example:443", "https://node.example"),
        ("https://node.example:8443", "https://node.example:8443"),
        ("http://127.0.0.1:8402", "http://127.0.0.1:8402"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_nodes_are_compared_as_origins(text: str, origin: str) -> None:
    assert read_node(text).origin == origin


@pytest.mark.parametrize(
    "text",
    [
        "node.example",
        "http://node.example",
        "http://192.168.1.2:8402",
        "http://127.0.0.1.node.example",
        "ftp://127.0.0.1",
        "https://",
        "https://me:secret@node.example",
        "https://node.example/path",
        "https://node.example/?q",
        "https://nöde.example",
        "https://node.example:x",
        "https://node.example:70000",
    ],
)
def test_what_is_no_node_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_node(text)


def test_one_name_is_one_node() -> None:
    with pytest.raises(ValueError, match="twice"):
        list_nodes(["https://127.0.0.1:9", "http://127.0.0.1:9"])
    assert len(set(list_nodes(["https://a.example", "https://A.example:443/"]).values())) == 1


@pytest.mark.parametrize("text", ["127.0.0.1:0", "127.8.0.1:8403", "[::1]:8403", "::1:8403"])
def test_it_listens_on_this_computer(text: str) -> None:
    assert read_listen(text)[1] == int(text.rpartition(":")[2])


@pytest.mark.parametrize(
    "text", ["0.0.0.0:8403", "192.168.1.2:1", "[::]:1", ":8403", "8403", "127.0.0.1:x", "a.example:1"]
)
def test_it_listens_nowhere_else(text: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        read_listen(text)


@pytest.mark.parametrize(
    ("target", "origin", "path"),
    [
        ("/node.example/content/x?y=1&z", "https://node.example", "/content/x?y=1&z"),
        ("/NODE.example:443", "https://node.example", "/"),
        ("/127.0.0.1:8402/", "http://127.0.0.1:8402", "/"),
        ("/127.0.0.1%3A8402//other.example/", "http://127.0.0.1:8402", "//other.example/"),
        ("/%5B::1%5D:8000/a/../b", "http://[::1]:8000", "/a/../b"),
        ("/node.example/?https://other.example", "https://node.example", "/?https://other.example"),
    ],
)
def test_the_path_names_the_node(target: str, origin: str, path: str) -> None:
    node, rest = GATE.admit((HOST,), f"/{TOKEN}{target}")
    assert (node.origin, rest) == (origin, path)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/", Reason.ADDRESS),
        ("", Reason.ADDRESS),
        ("node.example:443", Reason.ADDRESS),
        (f"http://127.0.0.1:8403/{TOKEN}/node.example/", Reason.ADDRESS),
        ("/node.example/x", Reason.ADDRESS),
        (f"/{TOKEN[:-1]}/node.example/x", Reason.ADDRESS),
        (f"/{TOKEN}x/node.example/x", Reason.ADDRESS),
        (f"/ä{TOKEN}/node.example/x", Reason.ADDRESS),
        (f"/{TOKEN}", Reason.ADDRESS),
        (f"/{TOKEN}/", Reason.NODE),
        (f"/{TOKEN}/other.example/x", Reason.NODE),
        (f"/{TOKEN}/node.example.other.example/x", Reason.NODE),
        (f"/{TOKEN}/node.example:80/x", Reason.NODE),
        (f"/{TOKEN}/x@node.example/x", Reason.NODE),
        (f"/{TOKEN}/http:%2F%2Fnode.example/x", Reason.NODE),
    ],
)
def test_other_paths_lead_nowhere(target: str, reason: Reason) -> None:
    with pytest.raises(Refusal) as refused:
        GATE.admit((HOST,), target)
    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ((), Reason.ADDRESS),
        ((("host", "evil.example:8403"),), Reason.ADDRESS),
        ((("host", "127.0.0.1"),), Reason.ADDRESS),
        ((HOST, HOST), Reason.ADDRESS),
        ((HOST, ("origin", "https://evil.example")), Reason.PAGE),
        ((HOST, ("origin", "null")), Reason.PAGE),
        ((HOST, ("origin", "http://127.0.0.1:8403")), Reason.PAGE),
        ((HOST, ("sec-fetch-site", "cross-site")), Reason.PAGE),
        ((HOST, ("sec-fetch-site", "same-origin")), Reason.PAGE),
    ],
)
def test_web_pages_and_other_names_stay_out(headers: tuple[tuple[str, str], ...], reason: Reason) -> None:
    target = f"/{TOKEN}/node.example/x"
    with pytest.raises(Refusal) as refused:
        GATE.admit(headers, target)
    assert (refused.value.reason, refused.value.status) == (reason, 403)
    assert GATE.admit((("host", "LOCALHOST:8403"), ("sec-fetch-site", "none")), target)[1] == "/x"


def test_headers_are_cleaned_on_the_way_to_the_node() -> None:
    given = (
        ("host", "127.0.0.1:8403"), ("connection", "close, X-Hop"), ("x-hop", "1"), ("te", "trailers"),
        ("payment-signature", "mine"), ("x-payment", "mine"), ("cookie", "other=1"), ("content-length", "3"),
        ("referer", f"http://127.0.0.1:8403/{TOKEN}/node.example/x"), ("x-note", f"see {TOKEN}"),
        ("accept", "*/*"), ("authorization", "Bearer own"), ("range", "bytes=0-9"),
    )  # fmt: skip
    assert to_node(given, token=TOKEN) == (("accept", "*/*"), ("authorization", "Bearer own"), ("range", "bytes=0-9"))


def test_headers_are_cleaned_on_the_way_back() -> None:
    given = (
        ("Connection", "x-hop"), ("X-Hop", "1"), ("Transfer-Encoding", "chunked"), ("Set-Cookie", "a=b"),
        ("Access-Control-Allow-Origin", "*"), ("PAYMENT-RESPONSE", "e30="), ("Content-Type", "video/mp4"),
    )  # fmt: skip
    assert to_client(given) == (("payment-response", "e30="), ("content-type", "video/mp4"))
