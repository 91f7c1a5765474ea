"""The first start: what this computer can do, in words, and a wallet that is made, restored, or left for later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from services.wire.backup import RestoredOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.settings import Purpose, WindowSettings
from studio.pages.start.looks import LOOKS, looks_of
from studio.pages.start.page import StartPage
from tests.fixtures import samples, samples_settings
from tests.fixtures.window import PreparedClient, Shell

NO_WALLET = samples.wallet(wallet="missing", address=None)


def opened(qtbot: QtBot, context: PageContext) -> StartPage:
    page = StartPage(context)
    qtbot.addWidget(page)
    page.show()
    return page


@pytest.mark.parametrize(
    ("fields", "which", "words"),
    [
        ({"disk_free": 2**30}, "disk", "Only 1.0 GB"),
        ({"chain": "unreachable"}, "chain", "cannot be reached"),
        ({"chain": "not_deployed"}, "chain", "contract"),
        ({"chain_ms": 4_000}, "chain", "4000 ms"),
        ({"encoder": ""}, "encoder", "None was found"),
    ],
)
def test_what_will_not_do_says_so(fields: dict[str, Any], which: str, words: str) -> None:
    found = looks_of(samples_settings.PROBE.model_copy(update=fields))
    assert set(found) == set(LOOKS)
    assert words in found[which].sentence
    assert [name for name, one in found.items() if not one.good and name != "player"] == [which]


def test_a_card_s_encoder_is_named() -> None:
    card = samples_settings.PROBE.model_copy(update={"encoder": "h264_nvenc", "encoder_is_hardware": True})
    assert "graphics card" in looks_of(card)["encoder"].sentence


def test_looks_are_shown_and_looked_again_and_the_wallet_can_wait(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers |= {"wallet.state": NO_WALLET, "profile.probe": ProblemError("service.unreachable")}
    page = opened(qtbot, page_context)
    qtbot.waitUntil(lambda: "not running" in page._looks._lines["disk"].words.text())
    client.answers["profile.probe"] = samples_settings.PROBE
    page._looks.again.click()
    qtbot.waitUntil(lambda: "288.7 GB" in page._looks._lines["disk"].words.text())
    assert "84 ms" in page._looks._lines["chain"].words.text()
    qtbot.waitUntil(page._wallet._new.isVisible)
    page._wallet._new.click()
    assert [problem.code for problem, _ in shell.handled] == ["wallet.missing"]
    assert not page._go.isVisible()
    page._later.click()
    assert shell.visited == [("overview", {})]


@pytest.mark.parametrize(("purpose", "route"), [("watch", "discover"), ("create", "overview")])
def test_it_goes_on_to_what_the_person_came_for(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell, tmp_path: Path, purpose: Purpose,
    route: str,
) -> None:  # fmt: skip
    WindowSettings(tmp_path).purpose = purpose
    client.answers["wallet.state"] = samples.wallet()
    page = opened(qtbot, replace(page_context, profile_path=str(tmp_path)))
    qtbot.waitUntil(page._go.isVisible)
    page._go.click()
    assert shell.visited == [(route, {})]


def test_a_backup_begins_the_profile(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers |= {"wallet.state": NO_WALLET, "profile.restore": ProblemError("wallet.wrong_passphrase")}
    page = opened(qtbot, page_context)
    qtbot.waitUntil(page._wallet._new.isVisible)
    field = page.findChild(QLineEdit, "start.passphrase")
    assert field is not None
    assert not page._wallet._restore.isEnabled()
    field.setText("correct horse battery")
    assert page._wallet._restore.isEnabled()
    page._wallet.restore("/b")
    assert field.text() == ""
    qtbot.waitUntil(page.banner.isVisible)
    restored = RestoredOut(address=samples.CREATOR, made_at=samples.NOW, films=7)
    client.answers |= {"profile.restore": restored, "wallet.state": samples.wallet(wallet="locked")}
    field.setText("correct horse battery")
    page._wallet.restore("/b")
    qtbot.waitUntil(lambda: "7 films" in page._wallet._says.text())
    assert client.called("profile.restore")[-1] == (("/b", "correct horse battery"), {})
    qtbot.waitUntil(page._go.isVisible)
    assert not page._wallet._new.isVisible()
