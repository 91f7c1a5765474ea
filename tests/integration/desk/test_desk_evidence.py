"""A creator who sells what cannot be opened leaves the buyer with proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from anyio import to_thread

from services.node_cli.__main__ import main
from services.wire.problems import ProblemError
from tests.fixtures.world import RunningWorld


async def test_a_part_that_its_own_key_does_not_open_leaves_proof(
    running: RunningWorld, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    film = await running.publish(chunks=3, spoilt=2)
    for index in (1, 2):
        await running.viewer.playback.buy(film.content, first_chunk=index)
    assert await running.viewer.playback.chunk(film.content, 1) == film.plain[1]
    with pytest.raises(ProblemError, match=r"content\.unopenable") as caught:
        await running.viewer.playback.chunk(film.content, 2)
    file = Path(caught.value.params["file"])
    mode, proof = await to_thread.run_sync(lambda: (file.stat().st_mode, file.read_text()))
    assert mode & 0o077 == 0
    assert main(["verify-evidence", str(file)]) == 0
    said = capsys.readouterr().out
    assert running.desk("creator").keyring.owner() in said
    assert "part 3" in said
    half = tmp_path / "half"
    await to_thread.run_sync(half.write_text, proof[:-9])
    for path, reason in ((half, "proves nothing"), (tmp_path / "none", "cannot be read")):
        assert main(["verify-evidence", str(path)]) == 1
        assert reason in capsys.readouterr().err
