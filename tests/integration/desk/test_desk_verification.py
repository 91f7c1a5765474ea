"""A creator's verification from the own desk: asked for, documents brought, and never a bar to the wallet."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.units.money import ZERO
from services.wire.kyc import MAX_DOCUMENT_BYTES
from services.wire.problems import ProblemError
from tests.fixtures.world import RunningWorld


async def test_it_is_asked_for_with_documents_and_a_withdrawal_does_not_wait_for_it(
    running_on_chain: RunningWorld, tmp_path: Path
) -> None:
    running = running_on_chain
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    payouts = running.creator.payouts
    before = await payouts.verification()
    assert (before.state, before.missing) == ("not_started", ("identity", "residence"))
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.7 a paper")
    brought = await payouts.bring_document("identity", str(paper))
    assert [(each.kind, each.size) for each in brought.documents] == [("identity", 16)]
    assert brought.missing == ("residence",)
    asked = await payouts.ask_verification()
    assert asked.state == "pending"
    assert asked == await payouts.verification()
    checked = await payouts.precheck()
    assert checked.problem is None
    assert checked.you_get > ZERO


async def test_a_file_that_cannot_be_brought_says_why(running: RunningWorld, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(MAX_DOCUMENT_BYTES + 1)
    bring = running.creator.payouts.bring_document
    with pytest.raises(ProblemError, match=r"kyc\.too_large"):
        await bring("identity", str(large))
    with pytest.raises(ProblemError, match=r"file\.not_read"):
        await bring("identity", str(tmp_path / "nothing.pdf"))
    assert (await running.creator.payouts.verification()).documents == ()
