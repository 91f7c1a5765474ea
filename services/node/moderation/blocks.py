"""Accounts that a creator sells to no more. What they own stays theirs."""

from __future__ import annotations

from sqlalchemy import delete, select

from services.db.dialects import insert_into
from services.node.context import Node
from services.node.moderation.tables import CreatorBlock
from services.node.moderation.trail import note
from services.units.address import Address
from services.wire.moderation import BlockIn, BlockOut

MAX_LISTED = 1_000


def block(node: Node, creator: Address, body: BlockIn) -> BlockOut:
    """Block an account; blocking it again changes the note."""
    row = {"creator": creator, "account": body.account, "note": body.note.strip(), "at": node.clock.now()}
    statement = insert_into(CreatorBlock).values(row)
    with node.database.write() as session:
        session.execute(
            statement.on_conflict_do_update(index_elements=["creator", "account"], set_={"note": row["note"]})
        )
        note(session, at=node.clock.now(), actor=creator, action="account.blocked", subject=body.account)
        return _out(session.get_one(CreatorBlock, (creator, body.account), populate_existing=True))


def unblock(node: Node, creator: Address, account: Address) -> None:
    """Sell to an account again; one that was not blocked is no error."""
    gone = delete(CreatorBlock).where(CreatorBlock.creator == creator, CreatorBlock.account == account)
    with node.database.write() as session:
        if session.connection().execute(gone).rowcount:
            note(session, at=node.clock.now(), actor=creator, action="account.unblocked", subject=account)


def blocked(node: Node, creator: Address) -> tuple[BlockOut, ...]:
    """List the accounts that a creator blocked, latest first."""
    wanted = select(CreatorBlock).where(CreatorBlock.creator == creator)
    with node.database.read() as session:
        rows = session.scalars(wanted.order_by(CreatorBlock.at.desc(), CreatorBlock.account).limit(MAX_LISTED))
        return tuple(_out(row) for row in rows)


def _out(row: CreatorBlock) -> BlockOut:
    return BlockOut(account=row.account, note=row.note, at=row.at)
