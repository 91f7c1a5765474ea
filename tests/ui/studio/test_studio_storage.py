"""Storages in the settings: the daemon that runs here is offered, copies are brought, the line is spared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtWidgets import QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from services.units.money import Money
from services.wire.base import ProblemOut
from services.wire.storage import DetectedOut, StorageOut, TargetOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.kit.widgets.money_field import MoneyField
from studio.pages.settings.storage import StorageCard
from tests.fixtures.window import PreparedClient

HERE, THERE = "/ip4/127.0.0.1/tcp/5001", "/ip4/192.168.1.20/tcp/5001"


@dataclass
class Shown:
    card: StorageCard

    def button(self, name: str) -> Button:
        found = self.card.findChild(Button, f"settings.storage.{name}")
        assert found is not None
        return found

    @property
    def details(self) -> list[str]:
        return [label.text() for label in self.card.findChildren(QLabel, "settings.storage.detail")]


def target(*, missing: int = 0, problem: str = "", address: str = THERE) -> TargetOut:
    return TargetOut(
        address=address,
        kind="daemon",
        version="0.43.1",
        seen_at=datetime(2026, 11, 3, tzinfo=UTC),
        problem=ProblemOut(code=problem, params={"address": address}) if problem else None,
        films=3,
        missing=missing,
    )


def storage(*targets: TargetOut, detected: bool = False, limit: int = 0, download: int = 0) -> StorageOut:
    found = DetectedOut(address=HERE, version="0.43.1") if detected else None
    return StorageOut(targets=targets, detected=found, upload_limit=limit, download_limit=download)


def opened(qtbot: QtBot, context: PageContext) -> Shown:
    card = StorageCard(context)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(lambda: card.model.state.storage is not None)
    return Shown(card)


def test_a_running_daemon_is_offered_and_taken(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers["storage.get"] = storage(detected=True)
    client.answers["storage.add"] = storage(target(address=HERE))
    shown = opened(qtbot, page_context)
    assert shown.button("use").isVisible()
    shown.button("use").click()
    qtbot.waitUntil(lambda: len(shown.details) == 1)
    assert not shown.button("use").isVisible()
    assert shown.details == [f"{HERE} · 3 films of yours in full"]


def test_missing_copies_are_brought(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    client.answers["storage.get"] = storage(target(missing=2, problem="store.unreachable"))
    client.answers["storage.repair"] = storage(target())
    shown = opened(qtbot, page_context)
    assert "2 missing" in shown.details[0]
    assert "gives no usable answer" in shown.details[0]
    shown.button("repair").click()
    qtbot.waitUntil(lambda: not shown.button("repair").isVisible())
    client.answers["storage.remove"] = storage()
    shown.button("remove").click()
    qtbot.waitUntil(lambda: not shown.card.model.state.storage or not shown.card.model.state.storage.targets)
    client.answers["storage.add"] = storage(target())
    shown.button("undo").click()
    qtbot.waitUntil(lambda: bool(shown.card.model.state.storage and shown.card.model.state.storage.targets))
    assert client.called("storage.add") == [((target().address, ""), {})]


def test_the_limit_is_sent_and_an_address_is_added(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["storage.get"] = storage()
    client.answers["storage.limit"] = storage(limit=250_000)
    client.answers["storage.add"] = storage(target(), limit=250_000)
    shown = opened(qtbot, page_context)
    limit, address = (
        shown.card.findChild(QSpinBox, "settings.storage.limit"),
        shown.card.findChild(QLineEdit, "settings.storage.address"),
    )
    assert limit is not None
    assert address is not None
    assert limit.text() == "No limit"
    limit.setValue(250)
    qtbot.waitUntil(lambda: (shown.card.model.state.storage or storage()).upload_limit == 250_000)
    client.answers["storage.limit"] = storage(limit=250_000, download=1_500_000)
    download = shown.card.findChild(QSpinBox, "settings.storage.download_limit")
    assert download is not None
    assert (download.text(), download.accessibleName()) == ("No limit", "Download limit in kilobytes a second")
    download.setValue(1_500)
    qtbot.waitUntil(lambda: (shown.card.model.state.storage or storage()).download_limit == 1_500_000)
    assert client.called("storage.limit") == [((), {"upload": 250_000}), ((), {"download": 1_500_000})]
    assert (limit.value(), download.value()) == (250, 1_500)
    address.setText(THERE)
    shown.button("add").click()
    qtbot.waitUntil(lambda: address.text() == "")


def test_a_pinning_service_is_added_with_its_token_which_is_not_shown(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    address = "https://pins.example/psa"
    client.answers["storage.get"] = storage()
    client.answers["storage.add"] = storage(
        target(address=address).model_copy(update={"kind": "pinning", "version": ""})
    )
    shown = opened(qtbot, page_context)
    fields = {name: shown.card.findChild(QLineEdit, f"settings.storage.{name}") for name in ("address", "token")}
    assert fields["address"] is not None
    assert fields["token"] is not None
    fields["address"].setText(address)
    fields["token"].setText("secret")
    assert fields["token"].displayText() != "secret"
    shown.button("add").click()
    qtbot.waitUntil(lambda: shown.details == [f"{address} · 3 films of yours in full"])
    assert fields["token"].text() == ""


def test_what_a_gigabyte_costs_is_said_once_it_is_typed(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["storage.get"] = storage()
    client.answers["storage.price"] = storage().model_copy(update={"price_per_gb": Money(150_000)})
    shown = opened(qtbot, page_context)
    price = shown.card.findChild(MoneyField, "settings.storage.price")
    assert price is not None
    assert (price.text(), price.accessibleName()) == ("", "A gigabyte costs, a month")
    for typed in ("-1", "cheap"):
        price.setText(typed)
        price.editingFinished.emit()
    assert not client.called("storage.price")
    price.setText("0.15")
    price.editingFinished.emit()
    qtbot.waitUntil(lambda: bool(shown.card.model.state.storage and shown.card.model.state.storage.price_per_gb))
    assert client.called("storage.price") == [((Money(150_000),), {})]
    assert price.plain == "0.15"
    client.answers["storage.price"] = storage()
    price.clear()
    price.editingFinished.emit()
    qtbot.waitUntil(lambda: not (shown.card.model.state.storage and shown.card.model.state.storage.price_per_gb))
    assert client.called("storage.price")[1:] == [((Money(0),), {})]
