"""A channel's key and id: the same for the same device, creator and node, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from services.chain.channel_fields import config_fields, read_config
from services.chain.hashing import address_of
from services.db.keybox import KeyBox
from services.desk.channels.keys import config_for, id_of, session_key
from services.desk.memory import Memory
from services.units.address import Address, address
from services.wire.x402 import ConfigFields

TOKEN, ESCROW = address("0x" + "36" * 20), address("0x" + "e5" * 20)
ALICE, BOB = address("0x" + "a1" * 20), address("0x" + "b0" * 20)
NODE_KEY = address("0x" + "cc" * 20)


@dataclass(frozen=True)
class Door:
    uri: str = "https://node.example"


@dataclass(frozen=True)
class Chain:
    chain_id: int = 7427010
    token: Address = TOKEN
    escrow: Address = ESCROW


@dataclass(frozen=True)
class Keys:
    def owner(self) -> Address:
        return address("0x" + "99" * 20)


@dataclass(frozen=True)
class FewParts:
    """What of a desk a channel's key is made from."""

    device: KeyBox = field(default_factory=lambda: KeyBox(b"\x05" * 32))
    node: Door = field(default_factory=Door)
    chain: Chain = field(default_factory=Chain)
    keyring: Keys = field(default_factory=Keys)
    memory: Memory = field(default_factory=Memory)


def config(desk: FewParts, creator: Address = ALICE, *, authorizer: Address = NODE_KEY, delay: int = 86_400) -> str:
    made = config_for(desk, creator, authorizer=authorizer, withdraw_delay_s=delay)  # type: ignore[arg-type]
    return id_of(desk, made)  # type: ignore[arg-type]


def test_the_key_is_always_the_same_and_known_by_heart() -> None:
    key = session_key(FewParts(), ALICE)  # type: ignore[arg-type]
    assert key == session_key(FewParts(), ALICE)  # type: ignore[arg-type]
    # Changing how it is derived would lose every channel that is open.
    assert key.hex() == "20d6f5cd7c3858da6bdef551ade4db42873d96fef594e9d47df41622df19ecdc"
    assert config(FewParts()) == "0x0793ea5ed4953a525cd3622598275e067e123a79e2fac1df086242c6bab05f95"


def test_another_device_node_creator_or_term_is_another_channel() -> None:
    ids = {
        config(FewParts()),
        config(FewParts(), BOB),
        config(FewParts(device=KeyBox(b"\x06" * 32))),
        config(FewParts(node=Door("https://other.example"))),
        config(FewParts(chain=Chain(chain_id=1))),
        config(FewParts(), authorizer=BOB),
        config(FewParts(), delay=900),
    }
    assert len(ids) == 7


def test_the_signer_is_the_session_key_and_never_the_wallet() -> None:
    made = config_for(FewParts(), ALICE, authorizer=NODE_KEY, withdraw_delay_s=86_400)  # type: ignore[arg-type]
    assert made.payer == Keys().owner()
    assert made.voucher_signer == address_of(session_key(FewParts(), ALICE)) != made.payer  # type: ignore[arg-type]
    assert read_config(config_fields(made)) == made
    kept = config_fields(made).model_dump(mode="json", by_alias=True)
    assert read_config(ConfigFields.model_validate(kept)) == made


@pytest.mark.parametrize("delay", [0, 899, 2_592_001])
def test_what_the_contract_refuses_is_no_channel(delay: int) -> None:
    with pytest.raises(ValueError, match="delay"):
        config(FewParts(), delay=delay)
