"""How a demo chain begins: who has gas money, the demo USDC and the channels at their standard addresses.

A journal keeps its own genesis, so a chain made by an older Museclock replays with the contracts it was made with.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from services.chain.abi import address_word, uint_word
from services.chain.channels import COLLECTOR, SETTLEMENT
from services.chain.demo.evm import Account, Evm
from services.chain.hashing import address_of, keccak256
from services.units.address import Address, address, bytes32, raw

CHAIN_ID = 7427010
TOKEN = address("0x3600000000000000000000000000000000000000")
_FAUCET_WEI = 10**12 * 10**18
# How long a distribution of the pool is public on the demo chain; on a real one it is days.
_DISTRIBUTION_DELAY_S = 60
ARTIFACTS = files("contracts").joinpath("artifacts")


def demo_key(name: str) -> bytes:
    """Derive a private key that anybody can derive: for accounts that own demo money only."""
    return hashlib.sha256(b"museclock demo account, worth nothing: " + name.encode()).digest()


FAUCET_KEY = demo_key("faucet")
FAUCET = address_of(FAUCET_KEY)
PLATFORM_KEY = demo_key("platform")
PLATFORM = address_of(PLATFORM_KEY)


@dataclass(frozen=True, slots=True)
class Genesis:
    """The first state, as kept in the journal."""

    chain_id: int
    token: Address
    faucet: Address
    faucet_wei: int
    token_code: bytes
    token_storage: dict[int, int]
    escrow_creation: bytes
    placed_code: dict[Address, bytes] = field(default_factory=dict)

    def install(self, evm: Evm) -> None:
        """Put it into an empty EVM."""
        evm.install(self.faucet, Account(balance=self.faucet_wei))
        evm.install(self.token, Account(nonce=1, code=self.token_code), self.token_storage)
        for where, code in self.placed_code.items():
            evm.install(where, Account(nonce=1, code=code))

    def to_json(self) -> str:
        """Write it; the same genesis always gives the same text."""
        found: dict[str, Any] = {
            "chainId": self.chain_id,
            "token": self.token,
            "faucet": self.faucet,
            "faucetWei": str(self.faucet_wei),
            "tokenCode": self.token_code.hex(),
            "tokenStorage": {str(slot): hex(value) for slot, value in self.token_storage.items()},
            "escrowCreation": self.escrow_creation.hex(),
        }
        # Chains from before the channels have no such entry, and their block 0 hashes the text without it.
        if self.placed_code:
            found["placedCode"] = {where: code.hex() for where, code in self.placed_code.items()}
        return json.dumps(found, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Genesis:
        """Read what to_json wrote; raises ValueError or KeyError for anything else."""
        found = json.loads(text)
        return cls(
            chain_id=int(found["chainId"]),
            token=address(found["token"]),
            faucet=address(found["faucet"]),
            faucet_wei=int(found["faucetWei"]),
            token_code=bytes.fromhex(found["tokenCode"]),
            token_storage={int(slot): int(value, 16) for slot, value in found["tokenStorage"].items()},
            escrow_creation=bytes.fromhex(found["escrowCreation"]),
            placed_code={address(where): bytes.fromhex(code) for where, code in found.get("placedCode", {}).items()},
        )

    @property
    def hash(self) -> bytes:
        """The hash that block 0 carries."""
        return keccak256(self.to_json().encode())


def new_genesis(chain_id: int = CHAIN_ID) -> Genesis:
    """Make a genesis from the contracts' artifacts."""
    token = read_artifact("MockUSDC")
    issuer = next(entry for entry in token["storageLayout"] if entry["label"] == "_issuer")
    return Genesis(
        chain_id=chain_id,
        token=TOKEN,
        faucet=FAUCET,
        faucet_wei=_FAUCET_WEI,
        token_code=bytes.fromhex(token["deployedBytecode"][2:]),
        token_storage={issuer["slot"]: int.from_bytes(raw(FAUCET), "big") << 8 * issuer["offset"]},
        escrow_creation=escrow_creation(
            TOKEN, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=_DISTRIBUTION_DELAY_S
        ),
        placed_code={
            SETTLEMENT: bytes.fromhex(read_artifact("Channels")["deployedBytecode"][2:]),
            COLLECTOR: bytes.fromhex(read_artifact("DepositCollector")["deployedBytecode"][2:]),
        },
    )


def escrow_creation(token: Address, *, platform: Address, owner: Address, distribution_delay_s: int) -> bytes:
    """Give the code that creates an Escrow, with its constructor's arguments."""
    code = bytes.fromhex(read_artifact("Escrow")["bytecode"][2:])
    return code + address_word(token) + address_word(platform) + address_word(owner) + uint_word(distribution_delay_s)


def read_artifact(name: str) -> dict[str, Any]:
    """Read a contract's committed artifact (see contracts.build for its fields)."""
    text = ARTIFACTS.joinpath(f"{name}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def block_hash(parent: bytes, number: int, timestamp: int, transaction: bytes, result: bytes) -> bytes:
    """Chain a block to its parent. There is no state root: the journal's replay is what proves the state."""
    return keccak256(parent + number.to_bytes(8, "big") + timestamp.to_bytes(8, "big") + transaction + result)


NO_TRANSACTION = bytes(32)
NO_RESULT = raw(bytes32(bytes(32)))
