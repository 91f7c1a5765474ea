"""A statement's file: canonical JSON, signed by the account, with the node's signed book and the chain's proofs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from services.chain.gateway import EscrowEvent
from services.chain.message import recover_signer, sign_message
from services.statements.chain_book import entries_of
from services.statements.compare import Book, Compared, compare
from services.statements.proof import ProofError, proven_events
from services.units.address import Address
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.three_way import BookName, EntryOut, NodeBookOut, SharedMonthOut

FORMAT = "museclock/statement/1"
MAX_BYTES = 256 * 1024 * 1024


class StatementError(ValueError):
    """A statement does not hold; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a statement is made of. proofs: by transaction; desk_block: up to which the desk's book is true."""

    account: Address
    first: date
    last: date
    chain_id: int
    escrow: Address
    head: int
    events: Sequence[EscrowEvent]
    proofs: Mapping[str, Any]
    node: NodeBookOut
    desk: Sequence[EntryOut]
    desk_block: int


def node_digest_text(book: NodeBookOut) -> str:
    """Give what a node signs: the digest of its book."""
    return _text("node book", book.model_dump(mode="json", exclude={"signature"}))


def compared(parts: Parts) -> Compared:
    """Put the books side by side."""
    chain = entries_of(parts.events, parts.account, parts.first, parts.last)
    return _compare(chain, parts.head, parts.node, parts.desk, parts.desk_block)


def write(parts: Parts, key: bytes) -> tuple[Compared, str]:
    """Compare and write the file, signed with the account's key."""
    found = compared(parts)
    body = {
        "format": FORMAT,
        "account": parts.account,
        "first": parts.first.isoformat(),
        "last": parts.last.isoformat(),
        "chain": {
            "chain_id": parts.chain_id,
            "escrow": parts.escrow,
            "head": parts.head,
            "entries": _plain(entries_of(parts.events, parts.account, parts.first, parts.last)),
            "proofs": dict(parts.proofs),
        },
        "node": parts.node.model_dump(mode="json"),
        "desk": {"block": parts.desk_block, "entries": _plain(parts.desk)},
        "lines": _plain(found.lines),
        "differences": _plain(found.differences),
    }
    signed = {**body, "signature": sign_message(_text("statement", body), key)}
    return found, json.dumps(signed, indent=1, sort_keys=True) + "\n"


def verify(text: str) -> Compared:
    """Check a file: signatures, proofs, lines, differences, months. Raises StatementError with what does not hold."""
    try:
        return _verify(json.loads(text))
    except (KeyError, TypeError, ValueError, RecursionError) as exc:
        raise exc if isinstance(exc, StatementError) else StatementError(f"it is no statement: {exc}") from exc


def _verify(found: dict[str, Any]) -> Compared:
    if found["format"] != FORMAT:
        raise StatementError("it is of another version")
    body = {name: value for name, value in found.items() if name != "signature"}
    account, chain = Address(found["account"]), found["chain"]
    _require_signer(_text("statement", body), found["signature"], account, "the account")
    node = NodeBookOut.model_validate(found["node"])
    _require_signer(node_digest_text(node), node.signature, node.seller, "the node")
    first, last = date.fromisoformat(found["first"]), date.fromisoformat(found["last"])
    if (node.account, node.first, node.last) != (account, first, last):
        raise StatementError("the node's book is another account's, or of another time")
    bare = {entry["ref"].partition(":")[0] for entry in chain["entries"]} - set(chain["proofs"])
    if bare:
        raise StatementError(f"{len(bare)} transactions come without a proof")
    events = _proven(chain)
    entries = entries_of(events, account, first, last)
    if _plain(entries) != chain["entries"]:
        raise StatementError("the chain's lines are not those that its proofs show")
    desk = [EntryOut.model_validate(entry) for entry in found["desk"]["entries"]]
    result = _compare(entries, int(chain["head"]), node, desk, int(found["desk"]["block"]))
    if (_plain(result.lines), _plain(result.differences)) != (found["lines"], found["differences"]):
        raise StatementError("its lines or differences are not those of its books")
    for month, shared in node.months.items():
        _require_share(account, month, shared)
    return result


def _proven(chain: Mapping[str, Any]) -> list[EscrowEvent]:
    events: list[EscrowEvent] = []
    for tx, proof in sorted(chain["proofs"].items(), key=lambda one: (int(one[1]["number"]), one[0])):
        try:
            events += proven_events(tx, proof, chain_id=int(chain["chain_id"]), escrow=Address(chain["escrow"]))
        except ProofError as exc:
            raise StatementError(f"a proof does not hold: {exc}") from exc
    return events


def _require_share(account: Address, month: str, shared: SharedMonthOut) -> None:
    """Compute a month again from its published files, and the account's share of it."""
    # numpy takes a tenth of a second that a statement without a shared month does without.
    from services.sharing.allocation import allocate
    from services.sharing.gross import gross_of
    from services.sharing.inputs import parse_inputs, record_of

    inputs = parse_inputs(shared.files)
    result = allocate(inputs.month, inputs.model)
    if json.loads(shared.record) != record_of(inputs, result):
        raise StatementError(f"{month} was not shared out as its published files say")
    shares = dict(zip(inputs.owners, gross_of(inputs.month, result).shares.tolist(), strict=True))
    if Money(int(shares.get(account, 0))) != shared.earned:
        raise StatementError(f"the account's share of {month} is another by its published files")


def _compare(
    chain: Sequence[EntryOut], head: int, node: NodeBookOut, desk: Sequence[EntryOut], desk_block: int
) -> Compared:
    books: dict[BookName, Book] = {
        "chain": Book(chain, head), "node": Book(node.entries, node.block), "desk": Book(desk, desk_block)
    }  # fmt: skip
    return compare(books)


def _plain(rows: Sequence[Any]) -> list[Any]:
    return [row.model_dump(mode="json") for row in rows]


def _text(what: str, body: Mapping[str, Any]) -> str:
    return f"Museclock {what}, SHA-256 {hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()}"


def _require_signer(text: str, signature: str, signer: Address, who: str) -> None:
    try:
        if recover_signer(text, signature) == signer:
            return
    except ProblemError as exc:
        raise StatementError(f"{who} did not sign it") from exc
    raise StatementError(f"{who} did not sign it, or it was changed afterwards")


__all__ = ["MAX_BYTES", "Parts", "StatementError", "node_digest_text", "verify", "write"]
