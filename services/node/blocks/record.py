"""What is noted of blocks: the quota is taken before a block is kept, and given back when it goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.db.dialects import insert_into
from services.ipfs.unixfs import block_names
from services.node.blocks.tables import BroughtBlock, BroughtBytes
from services.node.context import Node
from services.units.address import Address
from services.units.cid import Cid
from services.wire.problems import ProblemError

WAITS = timedelta(hours=24)
"""How long a block waits for the item that names it; bringing it again starts anew."""
_AT_ONCE = 200
_BOUND = 500


def note(node: Node, session: Session, account: Address, cid: Cid, size: int) -> None:
    """Note a block that is about to be kept, inside the caller's write unit. Raises ProblemError: block.quota."""
    row = {"cid": str(cid), "account": account, "size": size, "expires_at": node.clock.now() + WAITS}
    added = insert_into(BroughtBlock).values(row).on_conflict_do_nothing().returning(BroughtBlock.cid)
    if session.scalar(added) is None:
        # Brought at the same moment by another request, or its file was lost: its bytes are counted already.
        waiting = (BroughtBlock.cid == str(cid)) & BroughtBlock.expires_at.is_not(None)
        session.execute(update(BroughtBlock).where(waiting).values(expires_at=row["expires_at"]))
        return
    session.execute(insert_into(BroughtBytes).values(account=account, size=0).on_conflict_do_nothing())
    has_room = (BroughtBytes.account == account) & (BroughtBytes.size + size <= node.block_quota)
    taken = update(BroughtBytes).where(has_room).values(size=BroughtBytes.size + size).returning(BroughtBytes.account)
    if session.scalar(taken) is None:
        raise ProblemError("block.quota", limit=node.block_quota)


def is_waiting(session: Session, cid: Cid) -> bool:
    """Say whether a block was brought and no item names it yet."""
    row = session.get(BroughtBlock, str(cid))
    return row is not None and row.expires_at is not None


def hold(node: Node, session: Session, files: Iterable[Cid]) -> None:
    """Hold all blocks of files for an item, inside the write unit that adds it. Raises ProblemError: content.missing.

    The rows are taken first and the blocks looked for then: what is thrown away meanwhile is found to be missing.
    """
    names = {str(name): name for file in files for name in _names(node, file)}
    texts = sorted(names)
    for start in range(0, len(texts), _BOUND):
        some = BroughtBlock.cid.in_(texts[start : start + _BOUND])
        # In one order, whoever else holds some of the same.
        session.execute(select(BroughtBlock.cid).where(some).order_by(BroughtBlock.cid).with_for_update())
        session.execute(update(BroughtBlock).where(some).values(expires_at=None))
    for name in names.values():
        if not node.blocks.has(name):
            raise ProblemError("content.missing", cid=name)


def throw_away(node: Node) -> int:
    """Discard blocks that no item came to name; gives how many. Blocking; does a part at a time."""
    with node.database.write() as session:
        due = select(BroughtBlock).where(BroughtBlock.expires_at < node.clock.now()).order_by(BroughtBlock.cid)
        # What somebody holds for an item at this moment is left alone.
        rows = list(session.scalars(due.limit(_AT_ONCE).with_for_update(skip_locked=True)))
        session.execute(delete(BroughtBlock).where(BroughtBlock.cid.in_([row.cid for row in rows])))
        for account in sorted({row.account for row in rows}):
            size = sum(row.size for row in rows if row.account == account)
            less = update(BroughtBytes).where(BroughtBytes.account == account)
            session.execute(less.values(size=BroughtBytes.size - size))
        for row in rows:
            # Inside the unit: whoever takes the rows after it sees that the file is gone.
            node.blocks.discard(Cid.parse(row.cid))
    return len(rows)


def _names(node: Node, file: Cid) -> Iterable[Cid]:
    try:
        yield from block_names(node.blocks, file)
    except ProblemError as problem:
        if problem.code == "content.missing":
            raise
        raise ProblemError("content.missing", cid=file) from problem
