"""What an operator says: flags before the environment before the file; what cannot be meant is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.chain.networks import ARC_TESTNET_ID
from services.host.node_settings import (
    KEYS,
    PREFIX,
    NodeSettings,
    SettingsError,
    is_here,
    read_listen,
    read_settings,
)
from services.host.settings import chain_settings

OPERATOR = "0x" + "Ab" * 20


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text(
        f'[chain]\nid = 1\n[node]\nlisten = ["127.0.0.1:1"]\noperators = ["{OPERATOR}"]\ngrace_s = 3\n'
        'public_url = "https://file.example/"\nlog_requests = true\n'
    )
    environment = {"MUSECLOCK_NODE_LISTEN": "127.0.0.1:2, [::1]:3", "MUSECLOCK_NODE_GRACE_S": "4", "PATH": "x"}
    found = read_settings({"listen": ["127.0.0.1:5"], "database": None}, environment, file)
    assert found == NodeSettings(
        listen=(("127.0.0.1", 5),),
        public_url="https://file.example",
        operators=frozenset({OPERATOR.lower()}),  # type: ignore[arg-type]
        grace_s=4,
        log_requests=True,
    )
    assert read_settings({"listen": None}, environment, None).listen == (("127.0.0.1", 2), ("::1", 3))
    assert read_settings({}, {}, None) == NodeSettings()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("listen", "example.com:80", "no place to listen"),
        ("listen", "127.0.0.1", "no place to listen"),
        ("listen", "127.0.0.1:-1", "no place to listen"),
        ("database", "node.db", "takes a URL"),
        ("public_url", "https://node.example/path", "public_url takes"),
        ("public_url", "ftp://node.example", "public_url takes"),
        ("operators", "me", "addresses of accounts"),
        ("workers", "0", "whole number"),
        ("workers", "1.5", "whole number"),
        ("grace_s", "301", "whole number"),
        ("log_requests", "perhaps", "true or false"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        read_settings({name: value}, {}, None)
    assert str(raised.value).endswith(".")


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({"database": "hunter2"}, {}, None)
    assert "hunter2" not in str(raised.value)


def test_the_examples_can_be_read(root: Path) -> None:
    file = root / "docs" / "node" / "node.toml"
    found = read_settings({}, {}, file)
    assert (found.listen, found.public_url) == ((("0.0.0.0", 8000),), "https://node.example")  # noqa: S104  in a container
    assert chain_settings(file).chain_id == ARC_TESTNET_ID
    compose = (root / "docs" / "node" / "compose.yaml").read_text()
    (variable,) = set(re.findall(rf"{PREFIX}(\w+)", compose))
    assert variable.lower() in KEYS
    # Whoever stops the container waits longer than the node does.
    assert int(re.findall(r"stop_grace_period: (\d+)s", compose)[0]) > found.grace_s


def test_this_computer_is_told_from_others() -> None:
    assert is_here(read_listen("localhost:80"))
    assert is_here(read_listen("[::1]:80"))
    assert not is_here(read_listen("0.0.0.0:80"))
    assert not is_here(read_listen("192.168.1.2:80"))
