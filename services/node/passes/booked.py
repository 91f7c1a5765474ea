"""What the Escrow says was shared out, as it is entered into the books."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.chain.gateway import Allocated
from services.node.passes.tables import PassRound, PassShare


def note_allocated(session: Session, event: Allocated) -> str:
    """Note that a share went out, in the unit that books it; gives the ledger's account from which it came.

    A distribution that this node did not plan comes from the pool itself.
    """
    row = session.scalar(select(PassRound).where(PassRound.round_id == event.round_id))
    if row is None:
        return "pool"
    row.state = "distributed"
    session.execute(update(PassShare).where(PassShare.round == row.name).values(state="paid"))
    return f"due:{event.creator}"
