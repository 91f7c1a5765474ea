"""What this window runs on: version, chain, channels, explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH
from studio.kit.widgets import text
from studio.kit.widgets.card import Card
from studio.kit.widgets.fields import Fact
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from studio.kit.context import PageContext
    from studio.pages.settings.view_model import SettingsViewModel

_CHAIN = {
    "ok": mark("connected"),
    "unreachable": mark("cannot be reached"),
    "not_deployed": mark("payment contract missing"),
    "wrong_chain": mark("another chain than expected"),
}
_CHANNELS = {
    "offered": mark("offered"),
    "unknown_chain": mark("none known for this chain"),
    "not_deployed": mark("contract missing"),
    "other_code": mark("another contract than the audited one"),
    "unknown": mark("not known yet"),
}


class AboutCard(Card):
    """Renders what the page's view-model knows of the service."""

    def __init__(self, context: PageContext, model: SettingsViewModel) -> None:
        super().__init__(tr("About"))
        self._model = model
        self._version = Fact("Museclock")
        self._chain = Fact(tr("Payment chain"))
        self._channels = Fact(tr("Payment channels"), name_of_value="settings.channels")
        self._explorer = Fact(tr("Explorer of the chain"))
        self._profile = Fact(tr("Profile"), shorten=True)
        for fact in (self._version, self._chain, self._channels, self._explorer, self._profile):
            self.body.addWidget(fact)
        self._profile.show_value(context.profile_path or DASH)
        licences = tr("MIT licence. Inter is set in its own licence (SIL OFL), VLC in the LGPL.")
        self.body.addWidget(text.caption(licences, wrap=True))
        model.changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        health = self._model.state.health
        if health is None:
            for fact in (self._version, self._chain, self._channels, self._explorer):
                fact.show_value(DASH)
            return
        self._version.show_value(health.version)
        name = tr("demo chain {number}", number=health.chain_id) if health.demo else tr(
            "chain {number}", number=health.chain_id)  # fmt: skip
        self._chain.show_value(f"{name}, {tr(_CHAIN[health.chain])}")
        self._channels.show_value(tr(_CHANNELS[health.channels]))
        self._explorer.show_value(health.explorer or tr("none: hashes can be copied"))
