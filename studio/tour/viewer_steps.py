"""The viewer's steps: find the film, watch what is free, meet the paywall, buy, buy ahead, stop, seek back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from services.units.money import ZERO, Money, platform_fee
from studio.kit.format import money_exact, money_input
from studio.tour.hand import SLOWNESS, Hand, StepError, read_text
from studio.tour.scene import PRICE, VIEWER, Scene, books_agree, expect, locked, price_of
from studio.tour.screen import Screen

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from services.wire.catalogue import ChunkOut, PlaybackOut

SAME_SECOND_MS = 1000 * SLOWNESS
STILL_S = 0.4
AHEAD_MS = round(1000 / SLOWNESS)
_AHEAD = 2
# Longer than a frame of 24 fps and the coarse steps of the interpolated position together.
NOTICED_MS = 250
STANDSTILL_MS = NOTICED_MS * SLOWNESS


def discover(scene: Scene) -> str:
    """Become the viewer, find the film among the cards, open it."""
    scene.persona(VIEWER)
    scene.open_film("discover.list", "discover")
    wallet = scene.film().available
    return f"found as another account, with {money_exact(wallet)} of its own"


def preview(scene: Scene) -> str:
    """Play the free part to its end; the last frame stays."""
    hand, film = scene.hand, scene.film()
    screen = Screen(hand)
    first = film.chunks[0]
    screen.play()
    hand.wait("the picture to move", lambda: screen.position_ms() > first.start_ms + 500)
    hand.wait("the first locked part", lambda: hand.look("paywall.card"), timeout_s=30)
    position = screen.position_ms()
    if abs(position - first.end_ms) > NOTICED_MS:
        raise StepError(f"stopped at {position} ms instead of {first.end_ms} ms")
    frame = screen.picture()
    hand.pause(STILL_S)
    if not screen.has_picture() or screen.picture() != frame:
        raise StepError("the last frame did not stay")
    if scene.film().spent != film.spent:
        raise StepError("the free part was charged")
    return f"{first.end_ms / 1000:.1f} s played for nothing, the last frame stays"


def paywall(scene: Scene) -> str:
    """The paywall names the price per 10 s, per minute, for the rest, and the deposit; position and controls stay."""
    hand, film = scene.hand, scene.film()
    text = hand.text_of("paywall.card")
    rest = price_of(locked(film))
    for words in (PRICE, PRICE * 6, rest):
        if money_exact(words) not in text:
            raise StepError(f"{money_exact(words)} is not on the paywall: {text}")
    for name in ("watch.play", "watch.seek", "paywall.buy", "paywall.autobuy"):
        hand.find(name, timeout_s=2)
    deposit = film.payment.deposit
    hand.wait("the deposit to be named", lambda: f"{money_exact(deposit)} is set aside" in hand.text_of("paywall.card"))
    if scene.channel() is not None:
        raise StepError("there is a channel before anything was bought")
    return (
        f"{money_exact(PRICE)} per 10 s, {money_exact(PRICE * 6)} per minute, {money_exact(rest)} for the rest; "
        f"{money_exact(deposit)} would go into a channel"
    )


def buy(scene: Scene) -> str:
    """Buy one part with one click, which makes the deposit that the card names: playback goes on within the second."""
    hand, film = scene.hand, scene.film()
    screen = Screen(hand)
    part = locked(film)[0]
    price = price_of([part])
    balance, coming, wallet, sold = scene.on_chain(), scene.on_its_way(), scene.wallet().available, scene.sold()
    deposit = film.payment.deposit
    start = time.monotonic()
    hand.click("paywall.buy")
    # The player is in this state from the first new picture on.
    hand.wait("playback to go on", screen.is_playing, timeout_s=30)
    took_ms = round((time.monotonic() - start) * 1000)
    # A hand that is late finds it at the part's end, where it stops.
    hand.wait("the next part to play", lambda: part.start_ms < screen.position_ms() <= part.end_ms + NOTICED_MS)
    settled = scene.settled_wallet()
    after = scene.film()
    expect("spent", after.spent, film.spent + price)
    share = price - platform_fee(sold, price)
    expect("creatorBalances", scene.on_chain(), balance)
    expect("what is on its way to the creator", scene.on_its_way(), coming + share)
    expect("the wallet", settled.available or ZERO, (wallet or ZERO) - deposit)
    channel = hand.wait("the channel", scene.channel)
    expect("deposited", channel.deposited, deposit)
    expect("spent from the channel", channel.spent, price)
    waiting = [row.waiting for row in books_agree(scene).rows if row.name == "paid"]
    expect("what waits for the chain", waiting[0], price)
    if took_ms > SAME_SECOND_MS:
        raise StepError(f"playback went on after {took_ms} ms")
    return (
        f"going on after {took_ms} ms; {money_exact(deposit)} deposited, {money_exact(price)} of it paid, "
        f"{money_exact(share)} on its way to the creator"
    )


def autobuy(scene: Scene) -> str:
    """Keep buying up to a budget: the next part is there before its border, and the border is not noticed."""
    hand, film = scene.hand, scene.film()
    screen = Screen(hand)
    parts = locked(film)
    # One part is left for the step that pays on the chain, if the film is long enough.
    wanted = parts[:2] if len(parts) > _AHEAD else parts[:1]
    channel = hand.wait("the channel", scene.channel)
    hand.wait("the next locked part", lambda: hand.look("paywall.card"), timeout_s=30)
    if len(parts) == len(wanted):
        scene.facts["budget"] = _too_small(scene, wanted[0])
    _set_budget(hand, price_of(wanted))
    hand.wait("playback to go on", lambda: screen.is_playing() and screen.position_ms() > wanted[0].start_ms)
    if len(wanted) == 1:
        return "one part was left, bought without asking again"
    ahead_ms = _watch_ahead(scene, screen, wanted[1])
    longest_ms = _cross(hand, screen, wanted[1].start_ms)
    scene.settled_wallet()
    after = hand.wait("the channel", scene.channel)
    expect("spent from the channel", after.spent, channel.spent + price_of(wanted))
    expect("deposited", after.deposited, channel.deposited)
    if longest_ms > STANDSTILL_MS:
        raise StepError(f"the picture stood for {longest_ms} ms at the border")
    return f"the next part was there {ahead_ms} ms before its border; longest standstill {longest_ms} ms"


def budget(scene: Scene) -> str:
    """At the budget playback stops, and says so."""
    if told := scene.facts.get("budget"):
        return told
    hand = scene.hand
    screen = Screen(hand)
    before = scene.film()
    border = locked(before)[0]
    hand.wait("the stop at the budget", lambda: hand.look("paywall.card"), timeout_s=30)
    film = scene.film()
    position = screen.position_ms()
    if abs(position - border.start_ms) > NOTICED_MS or screen.is_playing():
        raise StepError(f"stopped at {position} ms instead of {border.start_ms} ms")
    if film.budget is None or film.budget.spent != film.budget.limit:
        raise StepError(f"the budget stands at {film.budget}")
    return _said(hand, film)


def seek_back(scene: Scene) -> str:
    """Seek back into what was bought: it plays, and costs nothing in any of the three books."""
    hand = scene.hand
    screen = Screen(hand)
    before, sums = scene.film(), scene.sums(VIEWER)
    part = before.chunks[1]
    goal = (part.start_ms + part.end_ms) // 2
    screen.seek(goal, before.item.duration_ms)
    hand.wait("playback from there", lambda: screen.is_playing() and goal - 1500 < screen.position_ms() < goal + 3000)
    start = screen.position_ms()
    hand.wait("a second of it", lambda: screen.position_ms() > start + 1000)
    hand.click("watch.play")
    hand.wait("the pause", lambda: not screen.is_playing())
    after, sums_after = scene.film(), scene.sums(VIEWER)
    expect("spent", after.spent, before.spent)
    if sums_after.rows != sums.rows:
        raise StepError(f"the books moved: {sums.rows} became {sums_after.rows}")
    return (
        f"played again from {start / 1000:.1f} s; {money_exact(after.spent)} spent before and after, in all three books"
    )


def _set_budget(hand: Hand, amount: Money) -> None:
    hand.type("paywall.budget", money_input(amount))
    hand.click("paywall.autobuy")


def _too_small(scene: Scene, part: ChunkOut) -> str:
    """Try a budget below the price of the next part: nothing is bought, and the paywall says why."""
    before = scene.film()
    _set_budget(scene.hand, price_of([part]) - Money(1))
    scene.hand.pause(STILL_S)
    after = scene.film()
    expect("spent", after.spent, before.spent)
    return _said(scene.hand, after)


def _said(hand: Hand, film: PlaybackOut) -> str:
    """Check that the paywall speaks of the budget, and give its words."""
    card = hand.wait("the paywall to speak of the budget", lambda: _budget_words(hand.look("paywall.card")))
    limit = film.budget.limit if film.budget else None
    return f"stopped with {money_exact(film.spent)} spent, limit {money_exact(limit)}: “{card}”"


def _budget_words(card: QWidget | None) -> str:
    if card is None:
        return ""
    return next((part for part in read_text(card).split(" | ") if "budget" in part.lower()), "")


def _watch_ahead(scene: Scene, screen: Screen, part: ChunkOut) -> int:
    """Wait until a part is owned, and give how long before its border that was."""

    def owned() -> bool:
        return scene.film().chunks[part.index].access == "owned"

    scene.hand.wait("the next part to be bought ahead", owned, timeout_s=30)
    ahead_ms = part.start_ms - screen.position_ms()
    if ahead_ms < AHEAD_MS:
        raise StepError(f"bought only {ahead_ms} ms before its border")
    return ahead_ms


def _cross(hand: Hand, screen: Screen, border_ms: int) -> int:
    """Watch the position over a border, and give the longest time that it stood still."""
    hand.wait("the border to come", lambda: screen.position_ms() > border_ms - 1000, timeout_s=30)
    last, since, longest = screen.position_ms(), time.monotonic(), 0.0

    def over() -> bool:
        nonlocal last, since, longest
        position, now = screen.position_ms(), time.monotonic()
        if position != last:
            last, since = position, now
        longest = max(longest, now - since)
        if hand.look("paywall.card"):
            raise StepError("the paywall came up at a border inside the budget")
        return position > border_ms + 1000

    hand.wait("the border to be passed", over, timeout_s=15)
    return round(longest * 1000)
