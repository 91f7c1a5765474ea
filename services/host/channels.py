"""Whether channels are offered on a world's chain: looked up in the background, kept once it is known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Literal

from services.chain.canonical import ChannelsCheck, check_channels
from services.chain.errors import ChainUnreachable, NotDeployed, WrongChain
from services.chain.gateway import ChainGateway

ChannelsState = Literal["offered", "unknown_chain", "not_deployed", "other_code", "unknown"]


def _nobody(_is_offered: bool) -> None:
    """Nobody has to be told."""


class ChannelsWatch:
    """The answer for one chain. Threads may share it.

    tell: called once, from the thread that looked, as soon as the answer is known.
    """

    def __init__(self, chain: ChainGateway, tell: Callable[[bool], None] = _nobody) -> None:
        self._chain, self._tell = chain, tell
        self._guard = threading.Lock()
        self._found: ChannelsCheck | None = None

    @property
    def state(self) -> ChannelsState:
        """What is known: ``unknown`` until the chain has answered once."""
        return "unknown" if self._found is None else self._found.offer.value

    @property
    def is_offered(self) -> bool:
        """Whether viewers may be asked to deposit; not while that is unknown."""
        return self._found is not None and self._found.is_offered

    def look(self) -> ChannelsState:
        """Ask the chain, unless it has answered already. Blocking; a chain out of reach leaves it unknown."""
        with self._guard:
            if self._found is None:
                try:
                    self._found = check_channels(self._chain)
                except (ChainUnreachable, NotDeployed, WrongChain):
                    return "unknown"
                self._tell(self._found.is_offered)
        return self.state
