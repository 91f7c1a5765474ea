"""The last step: kill the service, then the window, and find everything where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from services.units.money import Money
from studio.kit.format import money_exact
from studio.kit.service_state import Phase
from studio.tour.creator_steps import uploads
from studio.tour.hand import StepError
from studio.tour.money_steps import creator_wallet, reconcile
from studio.tour.scene import CREATOR, VIEWER, Scene
from studio.tour.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.kit.service_process import ServiceProcess

_RESTART_S = 60.0
DRAFT_TITLE = "Not yet finished"
DRAFT_PRICE = "0.025"


def before_the_kills(scene: Scene, service: ServiceProcess, kill_service: Callable[[], None]) -> None:
    """Leave a form half filled, let the service be killed, and see that the window lives and the form stays."""
    hand = scene.hand
    scene.persona(CREATOR)
    scene.go("upload")
    known = {item.id for item in hand.fact(uploads)}
    hand.drop("upload.drop", scene.file())
    hand.click("upload.begin")
    hand.until("a second upload", uploads, lambda found: any(item.id not in known for item in found))
    hand.type("upload.title", DRAFT_TITLE)
    hand.type("upload.price", DRAFT_PRICE)
    hand.until("the form to be kept", uploads, lambda found: found[0].draft.price_text == DRAFT_PRICE)
    scene.facts["spent"] = str(scene.film().spent.micros)
    scene.facts["block"] = str(scene.sums(CREATOR).block)
    scene.facts["gas"] = str(hand.fact(creator_wallet).gas)
    first = service.state.endpoint
    kill_service()
    hand.wait("the window to notice", lambda: service.state.phase is not Phase.READY, _RESTART_S)
    hand.wait("the service to come back", lambda: service.state.phase is Phase.READY, _RESTART_S)
    if service.state.endpoint == first:
        raise StepError("the same service answers: it was not killed")
    _form_is_there(scene)


def after_the_kills(scene: Scene) -> str:
    """In a new window on the same profile: form, chunks, chain and ledgers as before, nothing charged twice."""
    scene.persona(CREATOR)
    scene.go("upload")
    _form_is_there(scene)
    film = scene.film()
    spent = Money(int(scene.facts["spent"]))
    if film.spent != spent:
        raise StepError(f"{money_exact(film.spent)} spent, it was {money_exact(spent)}")
    # The demo chain also makes empty blocks as time passes; what was sent shows in the gas and in the sums.
    block = scene.sums(CREATOR).block or 0
    if block < int(scene.facts["block"]):
        raise StepError(f"the chain is at block {block}, it was at {scene.facts['block']}")
    if str(scene.hand.fact(creator_wallet).gas) != scene.facts["gas"]:
        raise StepError("gas was spent meanwhile: something was sent")
    owned = _play_a_bought_part(scene)
    before = {name: value for name, value in scene.facts.items() if name.startswith("sum.")}
    reconcile(scene)
    if any(scene.facts[name] != value for name, value in before.items()):
        raise StepError(f"the sums were {before}, now {scene.facts}")
    return (
        f"service and window killed and opened again: the form, {owned} bought parts, the chain at block "
        f"{block} and the sums are there; {money_exact(spent)} spent before and after"
    )


def _form_is_there(scene: Scene) -> None:
    title = scene.hand.find_as(QLineEdit, "upload.title", _RESTART_S)
    scene.hand.wait("the title in the form", lambda: title.text() == DRAFT_TITLE)
    price = scene.hand.find("upload.price")
    field = price if isinstance(price, QLineEdit) else price.findChild(QLineEdit)
    if field is None or field.text() != DRAFT_PRICE:
        raise StepError(f"the price in the form is {field.text() if field else 'gone'}")


def _play_a_bought_part(scene: Scene) -> int:
    """Open the film from the library and see a bought part play; give how many are owned."""
    hand = scene.hand
    scene.persona(VIEWER)
    film = scene.film()
    owned = [chunk for chunk in film.chunks if chunk.access == "owned"]
    scene.open_film("library.list", "library")
    screen = Screen(hand)
    part = owned[0]
    screen.seek((part.start_ms + part.end_ms) // 2, film.item.duration_ms)
    screen.play()
    hand.wait("a bought part to play", lambda: part.start_ms < screen.position_ms() < part.end_ms)
    start = screen.position_ms()
    hand.wait("it to move", lambda: screen.position_ms() > start + 500)
    hand.click("watch.play")
    return len(owned)
