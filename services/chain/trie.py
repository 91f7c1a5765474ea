"""The tries by whose roots a block's header commits to its transactions and receipts: made, and proved by a path.

Source: Ethereum yellow paper, appendix D (hex-prefix encoding, nodes of two and of seventeen items).
"""

from __future__ import annotations

from collections.abc import Sequence

from services.chain import rlp
from services.chain.hashing import keccak256

_HASH_BYTES = 32
_ITEMS = 17
_LEAF = 2
_MOST_DEPTH = 64


class Trie:
    """The trie of a list: each value under the RLP of its place, as blocks keep transactions and receipts."""

    def __init__(self, values: Sequence[bytes]) -> None:
        pairs = sorted((_nibbles(_key(place)), value) for place, value in enumerate(values))
        self._nodes: dict[bytes, bytes] = {}
        top = rlp.encode(_node(pairs, 0, self._nodes)) if pairs else rlp.encode(b"")
        self.root = keccak256(top)
        self._nodes[self.root] = top

    def path(self, place: int) -> list[bytes]:
        """Give the nodes from the root to a place's value, each in full; small ones lie inside the one above."""
        found: list[bytes] = []
        _walk(self.root, _nibbles(_key(place)), self._nodes, found)
        return found


def value_at(root: bytes, place: int, path: Sequence[bytes]) -> bytes:
    """Follow a path from a root to the value at a place. Raises ValueError when it does not lead there."""
    return _walk(root, _nibbles(_key(place)), {keccak256(node): node for node in path}, [])


def _walk(reference: rlp.Item, left: bytes, nodes: dict[bytes, bytes], seen: list[bytes]) -> bytes:
    for _ in range(_MOST_DEPTH):
        node = _opened(reference, nodes, seen)
        if not isinstance(node, list):
            break
        if len(node) == _ITEMS:
            if not left:
                return _value(node[-1])
            reference, left = node[left[0]], left[1:]
            continue
        if len(node) != 2:
            break
        part, is_leaf = _read_part(_value(node[0]))
        if not left.startswith(part) or (is_leaf and len(part) != len(left)):
            break
        if is_leaf:
            return _value(node[1])
        reference, left = node[1], left[len(part) :]
    raise ValueError("the path does not lead to the place")


def _opened(reference: rlp.Item, nodes: dict[bytes, bytes], seen: list[bytes]) -> rlp.Item:
    """Read a node: one that is referred to by its hash, or that lies inside the one above."""
    if isinstance(reference, list):
        return reference
    if len(reference) != _HASH_BYTES or reference not in nodes:
        raise ValueError("a node of the path is missing")
    seen.append(nodes[reference])
    return rlp.decode(nodes[reference])


def _node(pairs: list[tuple[bytes, bytes]], at: int, nodes: dict[bytes, bytes]) -> rlp.Item:
    """Make the node for pairs that agree in their first ``at`` nibbles."""
    first = pairs[0][0]
    if len(pairs) == 1:
        return [_part(first[at:], is_leaf=True), pairs[0][1]]
    # Sorted: what the first and the last share, all share.
    last, shared = pairs[-1][0], at
    while shared < min(len(first), len(last)) and first[shared] == last[shared]:
        shared += 1
    if shared > at:
        return [_part(first[at:shared], is_leaf=False), _reference(_node(pairs, shared, nodes), nodes)]
    branch: list[rlp.Item] = [b""] * _ITEMS
    for nibble in range(_ITEMS - 1):
        below = [pair for pair in pairs if len(pair[0]) > at and pair[0][at] == nibble]
        if below:
            branch[nibble] = _reference(_node(below, at + 1, nodes), nodes)
    ending = [value for key, value in pairs if len(key) == at]
    branch[-1] = ending[0] if ending else b""
    return branch


def _reference(node: rlp.Item, nodes: dict[bytes, bytes]) -> rlp.Item:
    written = rlp.encode(node)
    if len(written) < _HASH_BYTES:
        return node
    digest = keccak256(written)
    nodes[digest] = written
    return digest


def _key(place: int) -> bytes:
    return rlp.encode(rlp.encode_uint(place))


def _nibbles(data: bytes) -> bytes:
    return bytes(nibble for byte in data for nibble in (byte >> 4, byte & 15))


def _part(nibbles: bytes, *, is_leaf: bool) -> bytes:
    flag = (_LEAF if is_leaf else 0) + len(nibbles) % 2
    whole = bytes((flag,)) + nibbles if len(nibbles) % 2 else bytes((flag, 0)) + nibbles
    return bytes(whole[place] << 4 | whole[place + 1] for place in range(0, len(whole), 2))


def _read_part(data: bytes) -> tuple[bytes, bool]:
    nibbles = _nibbles(data)
    if not nibbles or nibbles[0] > _LEAF + 1:
        raise ValueError("a node's part is not hex-prefix encoded")
    return nibbles[1 if nibbles[0] % 2 else 2 :], nibbles[0] >= _LEAF


def _value(item: rlp.Item) -> bytes:
    if not isinstance(item, bytes):
        raise ValueError("a list where bytes belong")  # noqa: TRY004  what came is not what it should be
    return item
