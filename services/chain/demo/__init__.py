"""The demo chain: real contracts on a real EVM, kept in a journal on this computer. Its money is worth nothing."""

from services.chain.demo.chain import DemoChain

__all__ = ["DemoChain"]
