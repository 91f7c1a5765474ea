"""Addresses over HTTP, by web3's provider, with fail-over between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from services.chain.errors import ChainUnreachable
from services.chain.failover import FailoverProvider
from services.chain.rpc import RpcClient

if TYPE_CHECKING:
    from web3 import HTTPProvider

# To connect, and to wait for bytes of an answer; then the next address is asked.
_CONNECT_S, _READ_S = 4.0, 8.0
# An address that sends us elsewhere is not the one that was named.
_OPTIONS: dict[str, object] = {"timeout": (_CONNECT_S, _READ_S), "allow_redirects": False}


@contextmanager
def open_lines(
    urls: Sequence[str], *, chain_id: int, connect_s: float = _CONNECT_S, read_s: float = _READ_S
) -> Iterator[FailoverProvider]:
    """Reach a chain by its addresses, in order of preference; connections end with the block."""
    # A second's import that only a chain over HTTP needs.
    from web3 import HTTPProvider

    # Without web3's own repeats: the next address is a better try than the same one, five times.
    options = _OPTIONS | {"timeout": (connect_s, read_s)}
    providers = [HTTPProvider(url, request_kwargs=options, exception_retry_configuration=None) for url in urls]
    try:
        yield FailoverProvider(providers, chain_id=chain_id)
    finally:
        for provider in providers:
            _close(provider)


def _close(provider: HTTPProvider) -> None:
    """Close the connections that web3 keeps for each thread."""
    sessions = provider._request_session_manager.session_cache
    for _, session in sessions.items():
        session.close()
    sessions.clear()


def served_chain(urls: Sequence[str]) -> int:
    """Ask which chain the addresses serve; the first that answers is believed. Raises ChainUnreachable."""
    from web3 import HTTPProvider

    for url in urls:
        provider = HTTPProvider(url, request_kwargs=_OPTIONS, exception_retry_configuration=None)
        try:
            return RpcClient(provider).quantity("eth_chainId")
        except ChainUnreachable:
            continue
        finally:
            _close(provider)
    raise ChainUnreachable("eth_chainId")
