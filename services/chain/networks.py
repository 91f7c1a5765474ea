"""The real chains that Museclock knows: Arc's testnet and Arc's mainnet, where USDC pays the gas, too."""

from __future__ import annotations

from dataclasses import dataclass

from services.units.address import Address, address

ARC_TESTNET_ID, ARC_MAINNET_ID = 5042002, 5042
# docs.arc.network "Contract addresses", seen 2026-11: the same on both.
ARC_USDC = address("0x3600000000000000000000000000000000000000")


@dataclass(frozen=True, slots=True)
class Network:
    """One chain; rpc_urls in the order in which they are asked. moves_real_money: it needs a typed confirmation.

    explorer: the address under which ``/tx/HASH`` shows a transaction to people.
    """

    chain_id: int
    name: str
    rpc_urls: tuple[str, ...]
    token: Address
    moves_real_money: bool
    explorer: str


NETWORKS = {
    network.chain_id: network
    for network in (
        Network(
            ARC_TESTNET_ID,
            "Arc testnet",
            # docs.arc.network "RPC endpoints", seen 2026-11.
            ("https://rpc.testnet.arc.network", "https://rpc.drpc.testnet.arc.network"),
            ARC_USDC,
            moves_real_money=False,
            # docs.arc.network "Explorers", seen 2026-11.
            explorer="https://testnet.arcscan.app",
        ),
        Network(
            ARC_MAINNET_ID,
            "Arc mainnet",
            # As programs on that chain name them, seen 2026-11; Arc's own page listed the testnet only.
            ("https://rpc.mainnet.arc.io", "https://rpc.blockdaemon.mainnet.arc.io"),
            ARC_USDC,
            moves_real_money=True,
            explorer="https://explorer.arc.io",
        ),
    )
}
