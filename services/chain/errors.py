"""Failures at the chain, each with its problem code."""

# ruff: noqa: N818  the names say what happened; the callers read better so

from __future__ import annotations

from services.units.address import Bytes32
from services.wire.problems import ProblemError


class ChainUnreachable(ProblemError):
    """The chain gave no usable answer. What was asked for may have happened all the same."""

    def __init__(self, reason: str) -> None:
        super().__init__("chain.unreachable", reason=reason)


class WrongChain(ProblemError):
    """The node at the other end serves another chain, or another token under the expected address."""

    def __init__(self, *, expected: int | str, found: int | str) -> None:
        super().__init__("chain.wrong_chain", expected=expected, found=found)


class NotDeployed(ProblemError):
    """There is no contract of ours at the expected address."""

    def __init__(self, where: str) -> None:
        super().__init__("chain.not_deployed", address=where)


class ChainReverted(ProblemError):
    """A contract refused the call. Nothing happened and nothing was sent.

    error_name is the Solidity error, ``Error`` with one text argument for a plain reason, or empty when unknown.
    reason is what tells refusals apart: the plain reason's text, else the error's name; see ``services.chain.reasons``.
    """

    def __init__(self, error_name: str, arguments: tuple[object, ...] = ()) -> None:
        self.reason = str(arguments[0]) if error_name == "Error" and arguments else error_name
        super().__init__("chain.reverted", error=error_name, reason=self.reason)
        self.error_name = error_name
        self.arguments = arguments


class ChainRefused(ProblemError):
    """The node refused a transaction before it reached any block; it can have no effect as long as that holds."""

    def __init__(self, reason: str) -> None:
        super().__init__("chain.refused", reason=reason)


class OutcomeUnknown(ProblemError):
    """A transaction is signed and journalled, and whether it took effect cannot be told yet. Never pay again."""

    def __init__(self, tx: Bytes32) -> None:
        super().__init__("transaction.unknown", tx=tx)
        self.tx = tx
