"""A price is suggested from the desk's own measures; words come from Gemini where there is a key."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services.desk.pricing.narrator import GeminiNarrator, NotToldError
from services.desk.pricing.telling import facts_of, is_usable, told
from services.host.narrating import API_KEY, open_narrator
from services.wire.problems import ProblemError
from tests.fixtures import gemini_server
from tests.fixtures.gemini_server import GeminiServer
from tests.fixtures.samples_pricing import SUGGESTION
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import until


def narrator(server: GeminiServer, key: str = gemini_server.KEY) -> GeminiNarrator:
    return GeminiNarrator(key, base_url=gemini_server.URL, transport=server.transport())


async def test_an_upload_is_priced_by_what_was_measured(running: RunningWorld, timecode_clip: Path) -> None:
    started = await running.creator.uploads.start(str(timecode_clip))
    upload = await until(running.creator, started.id, "ready")
    found = await running.creator.pricing.suggest(upload=upload.id, category="film", price_text="0.02")
    measured = {each.name: each.measured for each in found.inputs}
    assert upload.facts is not None
    assert measured["picture"] == min(upload.facts.width, upload.facts.height)
    assert (measured["length"], measured["sound"]) == (26_000, 1)
    assert (found.category, found.intent, found.is_told) == ("film", "balance", False)
    assert found.cost is not None
    assert found.cost.price_per_ten_seconds == found.price
    assert found.chosen_cost is not None
    assert 0 < found.chosen_cost.settlement_per_mille < found.cost.settlement_per_mille
    # Title, tags and description are no part of it.
    await running.creator.uploads.save_draft(
        upload.id, title="8K masterpiece", description="60 fps", price_text="1", preview_chunks=0, tags=("8k",)
    )
    assert await running.creator.pricing.suggest(upload=upload.id, category="film", price_text="0.02") == found
    assert (await running.creator.pricing.words(upload=upload.id)).text == ""
    with pytest.raises(ProblemError, match=r"upload\.not_found"):
        await running.creator.pricing.suggest(upload="none")
    with pytest.raises(ProblemError, match=r"content\.not_found"):
        await running.creator.pricing.suggest(film="0x" + "00" * 32)


async def test_words_are_asked_for_once_and_kept_by_what_was_asked(running: RunningWorld) -> None:
    server = GeminiServer()
    desk = replace(running.world.desks[0], narrator=narrator(server))
    assert await told(desk, SUGGESTION, "en") == gemini_server.WORDS
    assert await told(desk, SUGGESTION, "en") == gemini_server.WORDS
    assert len(server.asked) == 1
    await told(desk, SUGGESTION, "de")
    await told(desk, SUGGESTION.model_copy(update={"score": 69}), "en")
    assert len(server.asked) == 3
    prompt = server.asked[0]["contents"][0]["parts"][0]["text"]
    assert prompt == facts_of(SUGGESTION)


@pytest.mark.parametrize("fault", [429, 503, 500, "garbage", "blocked"])
async def test_without_an_answer_nothing_is_told_nor_kept(running: RunningWorld, fault: int | str) -> None:
    server = GeminiServer(faults=[fault])
    desk = replace(running.world.desks[0], narrator=narrator(server))
    other = SUGGESTION.model_copy(update={"score": 11})
    assert await told(desk, other, "en") == ""
    assert await told(desk, other, "en") == gemini_server.WORDS


async def test_words_with_numbers_of_their_own_are_not_shown(running: RunningWorld) -> None:
    server = GeminiServer(says="Take $0.50 for it.")
    desk = replace(running.world.desks[0], narrator=narrator(server))
    assert await told(desk, SUGGESTION.model_copy(update={"score": 12}), "en") == ""
    facts = facts_of(SUGGESTION)
    assert is_usable(f"${SUGGESTION.price.dollars} for a score of {SUGGESTION.score}.", facts)
    assert not is_usable("0.0135001 dollars", facts)
    assert not is_usable("", facts)
    assert not is_usable("word " * 200, facts)


async def test_the_key_stays_with_the_service(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    teller = narrator(GeminiServer(), key="AIza-wrong")
    with pytest.raises(NotToldError, match="HTTP 403") as refused:
        await teller.tell("orders", "facts")
    with pytest.raises(NotToldError, match="ended by MAX_TOKENS"):
        await narrator(GeminiServer(end="MAX_TOKENS")).tell("orders", "facts")
    nobody = GeminiNarrator("AIza-wrong", transport=httpx.MockTransport(_gone))
    with pytest.raises(NotToldError, match="ConnectError"):
        await nobody.tell("orders", "facts")
    assert "AIza" not in caplog.text + repr(teller) + str(refused.value)


def _gone(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("gone", request=request)


def test_the_key_comes_from_the_environment_or_a_file_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(API_KEY, raising=False)
    assert open_narrator(tmp_path) is None
    secrets = tmp_path / "gemini.toml"
    secrets.write_text('api_key = "AIza"\nmodel = "gemini-x"\n')
    secrets.chmod(0o644)
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        open_narrator(tmp_path)
    secrets.chmod(0o600)
    opened = open_narrator(tmp_path)
    assert opened is not None
    assert opened.model == "gemini-x"
    monkeypatch.setenv(API_KEY, "AIza")
    assert open_narrator(tmp_path / "elsewhere") is not None
