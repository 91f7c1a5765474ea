"""The settings' sections: backup and its trial, the channel, the data folder, the log, and a deletion in two steps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from services.wire.notices import NOTICE_KINDS, NoticeOut, RulesOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.notice_words import NAMES, ROUTES, together, told
from studio.kit.settings import WindowSettings
from studio.kit.widgets.button import Button
from studio.pages.settings.backup import BackupCard
from studio.pages.settings.channel import ChannelCard
from studio.pages.settings.data import DataCard
from studio.pages.settings.deletion import DeletionCard
from studio.pages.settings.log import LogCard
from studio.pages.settings.log_lines import read_log
from studio.pages.settings.notices import NoticesCard
from studio.pages.settings.page import SECTIONS, SettingsPage
from tests.fixtures import samples, samples_settings
from tests.fixtures.browser import Browser
from tests.fixtures.window import PreparedClient, Shell

Card = BackupCard | ChannelCard | DataCard | DeletionCard | LogCard
SECRET = "5f" * 32


def press(card: Any, name: str) -> None:
    found = card.findChild(Button, name)
    assert found is not None
    assert found.isEnabled()
    found.click()


def opened(qtbot: QtBot, make: Callable[[], Any]) -> Any:
    card = make()
    qtbot.addWidget(card)
    card.show()
    return card


def test_each_section_is_made_when_it_is_shown(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    page = SettingsPage(replace(page_context, profile_path=str(tmp_path), demo=False))
    qtbot.addWidget(page)
    page.show()
    assert set(page.cards) == {"look", "about"} | set(SECTIONS[0][2])
    for key, _, names in SECTIONS:
        press(page, f"settings.section.{key}")
        assert {name for name, card in page.cards.items() if card.isVisible()} == set(names)
    page.open({"section": "backup"})
    assert page.section == "wallet"
    assert page.cards["backup"].isVisible()
    qtbot.waitUntil(lambda: bool(client.called("wallet.backup")))


def test_a_backup_is_made_and_tried_with_a_passphrase_that_is_not_kept(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers["wallet.backup"] = samples_settings.backup(made_at=None, path="", tried_at=None, is_due=True)
    card: BackupCard = opened(qtbot, lambda: BackupCard(page_context))
    qtbot.waitUntil(lambda: card._state.text() == "never made")
    assert not card._make.isEnabled()
    field = card.findChild(QLineEdit, "settings.backup.passphrase")
    assert field is not None
    assert field.echoMode() is QLineEdit.EchoMode.Password
    field.setText("correct horse battery")
    assert card._make.isEnabled()
    client.answers["wallet.make_backup"] = samples_settings.backup(tried_at=None)
    card.make(samples_settings.BACKUP_PATH)
    assert field.text() == ""
    qtbot.waitUntil(lambda: bool(shell.said))
    assert client.called("wallet.make_backup") == [((samples_settings.BACKUP_PATH, "correct horse battery"), {})]
    assert card._state.text() == "up to date"
    assert "never tried" in card._says.text()
    assert "correct horse" not in repr(card.model.state)
    client.answers |= {"wallet.try_backup": samples_settings.trial(), "wallet.backup": samples_settings.backup()}
    field.setText("correct horse battery")
    card.attempt(samples_settings.BACKUP_PATH)
    qtbot.waitUntil(card._trial.isVisible)
    assert card._trial.accessibleName() == "This backup would bring everything back."
    qtbot.waitUntil(lambda: card._says.text().endswith("It was tried."))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key_fits": False}, "does not fit its address"),
        ({"is_same_wallet": False}, "another wallet"),
        ({"wrong": 1}, "other secrets"),
        ({"missing": 2}, "lacks 2 films"),
    ],
)
def test_a_backup_that_does_not_hold_says_why(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, fields: dict[str, object], words: str
) -> None:
    client.answers["wallet.try_backup"] = samples_settings.trial(**fields)
    card: BackupCard = opened(qtbot, lambda: BackupCard(page_context))
    card.attempt("/b")
    qtbot.waitUntil(card._trial.isVisible)
    assert words in card._trial.accessibleName()


def test_a_wrong_passphrase_is_told_and_can_be_typed_again(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["wallet.make_backup"] = ProblemError("wallet.wrong_passphrase")
    card: BackupCard = opened(qtbot, lambda: BackupCard(page_context))
    card.make("/b")
    qtbot.waitUntil(card.banner.isVisible)
    card._passphrase.setText("again")
    assert card._make.isEnabled()


def test_the_channel_is_previewed_while_it_is_typed_and_saved_whole(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    client.answers["profiles.mine"] = samples_settings.PROFILE
    card: ChannelCard = opened(qtbot, lambda: ChannelCard(page_context))
    qtbot.waitUntil(lambda: card._name.text() == "Slow Lantern")
    assert not card._save.isEnabled()
    card._name.setText("Slow Lantern, late")
    card._name.textEdited.emit("Slow Lantern, late")
    assert "Slow Lantern, late" in card._preview.accessibleName()
    card.model.refresh()
    qtbot.waitUntil(lambda: len(client.called("profiles.mine")) == 2)
    assert card._name.text() == "Slow Lantern, late"
    client.answers["profiles.keep_picture_file"] = ("bafkreiabc", b"png")
    card.model.choose("avatar", "/pictures/me.png")
    qtbot.waitUntil(lambda: card.model.state.draft.avatar == "bafkreiabc")
    saved = samples_settings.PROFILE.model_copy(update={"name": "Slow Lantern, late"})
    client.answers["profiles.save"] = saved
    press(card, "settings.channel.save")
    qtbot.waitUntil(lambda: not card.model.state.busy)
    assert client.called("profiles.save")[0][1] == {
        "name": "Slow Lantern, late", "about": samples_settings.PROFILE.about, "avatar": "bafkreiabc", "banner": None,
    }  # fmt: skip
    client.answers["profiles.save"] = samples_settings.PROFILE
    press(card, "settings.channel.undo")
    qtbot.waitUntil(lambda: card._name.text() == "Slow Lantern")
    assert client.called("profiles.save")[1][1]["name"] == "Slow Lantern"
    press(card, "settings.channel.look")
    assert shell.visited == [("channel", {"creator": samples.CREATOR, "name": "Slow Lantern"})]


def test_the_data_folder_shows_its_parts_and_opens(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path, browser: Browser
) -> None:
    client.answers["profile.places"] = ProblemError("service.unreachable")
    card: DataCard = opened(qtbot, lambda: DataCard(replace(page_context, profile_path=str(tmp_path))))
    qtbot.waitUntil(card._none.isVisible)
    client.answers["profile.places"] = samples_settings.PLACES
    card.model.refresh()
    qtbot.waitUntil(card._free.isVisible)
    assert card._facts["films"].value.text() == "44.9 GB"
    assert card._facts["other"].isHidden()
    press(card, "settings.data.open")
    assert browser.opened == [tmp_path.as_uri()]


def log(profile: Path, *lines: dict[str, str]) -> None:
    (profile / "logs").mkdir()
    base = {"at": "2026-11-21T14:00:00+00:00", "logger": "services.desk"}
    text = "\n".join(json.dumps(base | line) for line in lines)
    (profile / "logs" / "service.log").write_text(f'cut off"}}\n{text}\n{{"at": "half')


def test_the_log_is_filtered_by_level_and_holds_no_secret(
    qtbot: QtBot, page_context: PageContext, tmp_path: Path, shell: Shell
) -> None:
    log(
        tmp_path,
        {"level": "INFO", "event": "listening"},
        {"level": "WARNING", "event": "line is slow", "key": SECRET},
        {"level": "ERROR", "event": f"failed with {SECRET}"},
    )
    assert [line.event for line in read_log(tmp_path, "WARNING")][1] == "line is slow"
    context = replace(page_context, profile_path=str(tmp_path))
    page = SettingsPage(context)
    qtbot.addWidget(page)
    page.open({"section": "log"})
    card = page.cards["log"]
    assert isinstance(card, LogCard)
    assert card.table.model().rowCount() == 3
    card._level.choose("ERROR")
    card._read()
    assert card.table.model().rowCount() == 1
    assert SECRET not in repr(card._rows.rows)
    press(card, "settings.log.copy")
    copied = QApplication.clipboard().text()
    assert "line is slow" in copied
    assert "python" in copied
    assert SECRET not in copied
    assert shell.said == ["Diagnosis copied. It holds no secrets."]


def test_without_a_log_the_card_says_so(qtbot: QtBot, page_context: PageContext, tmp_path: Path) -> None:
    page = SettingsPage(replace(page_context, profile_path=str(tmp_path)))
    qtbot.addWidget(page)
    page.open({"section": "log"})
    card = page.cards["log"]
    assert isinstance(card, LogCard)
    assert not card._none.isHidden()


def test_a_profile_is_deleted_in_two_steps_and_never_with_money_on_its_way(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, tmp_path: Path
) -> None:
    WindowSettings(tmp_path).purpose = "create"
    client.answers["profile.losses"] = samples_settings.losses(in_flight=samples.usd("0.3"))
    card: DeletionCard = opened(qtbot, lambda: DeletionCard(replace(page_context, profile_path=str(tmp_path))))
    assert not card._second.isVisible()
    press(card, "settings.deletion.ask")
    qtbot.waitUntil(card._second.isVisible)
    assert card._facts["earnings"].value.text() == "$12.60"
    assert samples_settings.BACKUP_PATH in card._warning.text()
    card._passphrase.setText("correct horse battery")
    assert not card._delete.isEnabled()
    press(card, "settings.deletion.cancel")
    assert not card._second.isVisible()
    press(card, "settings.deletion.ask")
    qtbot.waitUntil(card._second.isVisible)
    card._give_up.setChecked(True)
    client.answers["profile.delete"] = ProblemError("wallet.wrong_passphrase")
    press(card, "settings.deletion.delete")
    qtbot.waitUntil(card.banner.isVisible)
    assert card._passphrase.text() == ""
    card._passphrase.setText("correct horse battery")
    client.answers["profile.delete"] = None
    press(card, "settings.deletion.delete")
    qtbot.waitUntil(card._close.isVisible)
    assert client.called("profile.delete")[-1] == (("correct horse battery",), {"in_flight": True})
    assert WindowSettings(tmp_path).purpose is None


def test_without_a_backup_the_warning_says_so(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    never = samples_settings.backup(made_at=None, path="", tried_at=None)
    client.answers["profile.losses"] = samples_settings.losses(backup=never)
    card: DeletionCard = opened(qtbot, lambda: DeletionCard(page_context))
    press(card, "settings.deletion.ask")
    qtbot.waitUntil(card._second.isVisible)
    assert "no backup" in card._warning.text()


@pytest.fixture
def notices(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> NoticesCard:
    """The card of what is told, with rules that are kept as they are sent."""
    client.answers |= {
        "notices.rules": samples_settings.RULES,
        "notices.list": samples_settings.NOTICES,
        "notices.keep": lambda rules: rules,
    }
    card: NoticesCard = opened(qtbot, lambda: NoticesCard(page_context))
    qtbot.waitUntil(lambda: card.table.isVisible() and card._quiet.isChecked())
    return card


def test_what_is_told_is_chosen_by_kind_and_time(qtbot: QtBot, notices: NoticesCard, client: PreparedClient) -> None:
    card = notices
    assert not card._kinds["sale"].isChecked()
    assert str(card.table.model().index(0, 1).data()) == "$0.081 from 9 payments for “Harbour at dawn”."
    card._kinds["sale"].click()
    card._kinds["low_gas"].click()
    qtbot.waitUntil(lambda: len(client.called("notices.keep")) == 2)
    kept = client.called("notices.keep")[-1][0][0]
    assert kept.off == ("low_gas",)
    card._digest.picked.emit("daily")
    card._to.choose(str(8 * 60 + 30))
    card._to.picked.emit(card._to.key)
    qtbot.waitUntil(lambda: len(client.called("notices.keep")) == 4)
    kept = client.called("notices.keep")[-1][0][0]
    assert (kept.digest, kept.quiet_from, kept.quiet_to) == ("daily", 22 * 60, 8 * 60 + 30)
    card._quiet.click()
    qtbot.waitUntil(lambda: len(client.called("notices.keep")) == 5)
    assert client.called("notices.keep")[-1][0][0].quiet_from is None
    assert not card._from.isEnabled()


def test_what_is_changed_quickly_is_kept_in_that_order(
    qtbot: QtBot, notices: NoticesCard, client: PreparedClient
) -> None:
    card, kept, may_end = notices, list[RulesOut](), Event()

    async def keep(rules: RulesOut) -> RulesOut:
        if len(client.called("notices.keep")) == 1:
            await asyncio.to_thread(may_end.wait, 60)
        kept.append(rules)
        return rules

    client.answers["notices.keep"] = keep
    card._kinds["sale"].click()
    card._kinds["low_gas"].click()
    # What is asked after them is answered: a second change that did not wait for the first would be through.
    card.model.refresh()
    qtbot.waitUntil(lambda: len(client.called("notices.list")) == 2)
    may_end.set()
    qtbot.waitUntil(lambda: len(kept) == 2)
    assert [rules.off for rules in kept] == [(), ("low_gas",)]
    qtbot.waitUntil(lambda: not card._kinds["low_gas"].isChecked())
    assert card._kinds["sale"].isChecked()


def test_every_notice_has_its_words() -> None:
    assert set(NAMES) == set(ROUTES) == set(NOTICE_KINDS)
    for kind in NOTICE_KINDS:
        notice = NoticeOut(id="x", kind=kind, params={}, at=samples.NOW, is_read=False)
        assert told(notice).endswith(".")
        assert "and 1 more" in together((notice, notice))
