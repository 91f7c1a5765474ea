"""The one thread that talks to a libVLC player: commands in a queue, events out to plain callables."""

from __future__ import annotations

import logging
from queue import SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from player.vlc import library
from player.vlc.callbacks import forget_pictures, forget_source, media_of, send_pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from player.vlc.frames import FrameStore
    from player.vlc.source import ByteSource

log = logging.getLogger(__name__)
_JOIN_S = 5.0
# libVLC takes up a wish at once or drops it for a newer one: a pause that comes later was not asked for.
_STALE_PAUSE_S = 1.0
# A bound only: a step that shows nothing new is known by pictures shown again, which come later on a busy machine too.
_STEP_S = 3.0
_SHOWN_AGAIN = 4
_PAUSE_S = 1.0
# WORKAROUND(VLC 3: its 300 ms from reading to showing cannot be set for a source of ours): it adds what subtitles, of
# which it shows none here, are early. Later than all that it would throw decoded pictures away.
_AHEAD_US = 400_000
_USUAL_PICTURES, _USUAL_VOLUME = 25.0, 100
BROKEN_OFF = -1


class Listener(Protocol):
    """Is told what happens, on foreign threads; must return at once and call nothing of libVLC."""

    def on_first_picture(self, run: int) -> None: ...

    def on_time(self, run: int, position_ms: int) -> None: ...

    def on_ended(self, run: int, next_index: int) -> None: ...

    def on_failed(self, run: int) -> None: ...

    def on_stepped(self, run: int, picture_ms: int) -> None: ...


class VlcThread:
    """Plays one source at a time. Whoever begins another or closes aborts the present source first."""

    def __init__(self, instance: Any, frames: FrameStore, listener: Listener) -> None:
        self._instance, self._frames, self._listener = instance, frames, listener
        self._player: Any = None
        self._source: ByteSource | None = None
        self._wanted_run = 0
        self._run = 0
        self._fresh = False
        self._held = False
        self._resumed_at = 0.0
        self._hushed = False
        self._stepping = False
        self._volume, self._is_loud = _USUAL_VOLUME, True
        self._sound = 0
        self._over = self._told = 0
        self._shown = Event()
        self._stands = Event()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="player-engine", daemon=True)
        self._thread.start()

    # ── any thread: these only queue ──

    def begin(self, run: int, source: ByteSource, *, size: tuple[int, int], paused: bool) -> None:
        """Play a source as run number ``run`` instead of what plays now."""
        self._want(run)
        self._jobs.put(lambda: self._begin(run, source, size, paused=paused))

    def stop(self) -> None:
        """Play nothing; the last picture stays where it was shown."""
        self._want(0)
        self._jobs.put(self._halt)

    def hold(self, *, held: bool) -> None:
        """Stand still, or go on."""
        self._jobs.put(lambda: self._hold(held=held))

    def set_volume(self, percent: int) -> None:
        """Set the loudness, 0 to 150."""

        def apply() -> None:
            self._volume = percent
            self._apply_volume()

        self._jobs.put(apply)

    def set_rate(self, rate: float) -> None:
        """Set the speed; the player keeps it for the sources after this one."""
        self._jobs.put(lambda: self._player.set_rate(rate))

    def set_sound(self, track: int) -> None:
        """Hear another sound track, by its place; in the sources after this one as well."""

        def apply() -> None:
            self._sound = track
            self._apply_sound()

        self._jobs.put(apply)

    def step(self) -> None:
        """Show the next picture of a held source; one wish at a time, so that none waits behind a row of others."""
        if not self._stepping:
            self._stepping = True
            self._jobs.put(self._step)

    def picture_shown(self) -> None:
        """Take note of a picture (libVLC's thread)."""
        self._shown.set()
        source = self._source
        if self._fresh and self._run and source is not None:
            self._fresh = False
            source.go_on()
            if self._hushed:
                self._jobs.put(self._hold_at_start)
            if self._sound:
                self._jobs.put(self._apply_sound)
            self._listener.on_first_picture(self._run)

    def close(self) -> None:
        """Stop, release and end; bounded in time."""
        self._want(0)
        self._jobs.put(None)
        self._thread.join(_JOIN_S)
        if self._thread.is_alive():
            log.error("engine_did_not_end")

    def _want(self, run: int) -> None:
        self._wanted_run = run
        self._shown.set()

    # ── this thread ──

    def _work(self) -> None:
        kinds = library.load().EventType
        self._player = self._instance.media_player_new()
        pictures = send_pictures(self._player, self._frames)
        # Not the player's own method: python-vlc remembers what that gave, and the player with it, for ever.
        events = library.load().libvlc_media_player_event_manager(self._player)
        handlers = {
            kinds.MediaPlayerPaused: self._on_paused,
            kinds.MediaPlayerPlaying: self._on_playing,
            kinds.MediaPlayerEndReached: self._on_end,
            kinds.MediaPlayerEncounteredError: self._on_error,
            kinds.MediaPlayerTimeChanged: self._on_time,
        }
        for kind, handler in handlers.items():
            events.event_attach(kind, handler)
        while (job := self._jobs.get()) is not None:
            job()
        self._halt()
        for kind in handlers:
            events.event_detach(kind)
        self._player.release()
        forget_pictures(pictures)
        self._frames.let_go()

    def _begin(self, run: int, source: ByteSource, size: tuple[int, int], *, paused: bool) -> None:
        if run != self._wanted_run:
            return
        previous, self._run, self._fresh = self._source, 0, False
        self._frames.expect(*size)
        media = media_of(self._instance, source)
        for option in library.media_options(size[0] * size[1]):
            media.add_option(option)
        # Not stop: replacing the media ends the run before it too, and keeps VLC's picture and sound outputs.
        self._player.set_media(media)
        media.release()
        if previous is not None:
            forget_source(previous)
        self._held, self._resumed_at, self._hushed = False, 0.0, paused
        self._stands.clear()
        self._source, self._run, self._fresh = source, run, True
        self._apply_volume()
        self._is_loud = self._volume == _USUAL_VOLUME
        if self._player.play() != 0:
            self._listener.on_failed(run)
        self._player.video_set_spu_delay(-_AHEAD_US)

    def _halt(self) -> None:
        self._run, self._fresh = 0, False
        self._player.stop()
        if self._source is not None:
            forget_source(self._source)
            self._source = None

    def _hold(self, *, held: bool) -> None:
        self._hushed = False
        self._set_held(held=held)
        self._apply_volume()

    def _set_held(self, *, held: bool) -> None:
        if held != self._held:
            self._held = held
            self._stands.clear()
            self._resumed_at = monotonic()
            self._apply_held()

    def _apply_held(self) -> None:
        # Asked to pause before it can, libVLC stops for good; it is asked again as soon as it plays.
        if not self._held or self._player.can_pause():
            self._player.set_pause(int(self._held))

    def _step(self) -> None:
        self._stepping = False
        run, source = self._run, self._source
        # At the end of a run there is no next picture, and libVLC would end.
        if not self._held or not run or source is None or source.ended_before is not None:
            return
        # Before libVLC stands still, pictures of their own accord would be taken for the step's.
        self._stands.wait(_PAUSE_S)
        # WORKAROUND(VLC 3): a step shows what is decoded, and only then has the next picture decoded; where nothing
        # was, as soon after the start of a run, it takes two.
        if not self._show_next(run):
            self._show_next(run)
        if run != self._over:
            pictures_a_second = self._player.get_fps() or _USUAL_PICTURES
            self._listener.on_stepped(run, round(1000 / pictures_a_second))

    def _show_next(self, run: int) -> bool:
        """Step on, and wait for a picture that looks otherwise; False when the same was shown again and again."""
        before, deadline = self._frames.changes, monotonic() + _STEP_S
        self._player.next_frame()
        for _ in range(_SHOWN_AGAIN):
            self._shown.clear()
            if self._frames.changes != before or run != self._wanted_run or run == self._over:
                return True
            self._shown.wait(max(0.0, deadline - monotonic()))
        return self._frames.changes != before

    def _hold_at_start(self) -> None:
        if self._hushed:
            self._set_held(held=True)

    def _apply_sound(self) -> None:
        # libVLC's first line means no sound. Its option for a media (":audio-track") leaves such a run without any.
        names = [name for name, _ in self._player.audio_get_track_description() or () if name >= 0]
        if self._sound < len(names):
            self._player.audio_set_track(names[self._sound])

    def _apply_volume(self) -> None:
        # WORKAROUND(VLC 3): where VLC makes it louder itself, as with ALSA, it takes that only while sound comes
        # out; so it is said again when a run's time goes on.
        # WORKAROUND(VLC 3: ":start-paused" shows no picture): a run that begins paused plays its first picture unheard.
        self._player.audio_set_volume(0 if self._hushed else self._volume)

    def _finish(self, run: int) -> None:
        """Show the last picture and report the end.

        WORKAROUND(VLC 3): it takes a run for ended as soon as its picture queue is empty, looks every 100 ms, and
        then drops the picture that still waits for its time. So a run pauses at its end and steps one picture on.
        """
        if run == self._run and run != self._over and self._player.has_vout():
            self._show_next(run)
        self._tell_end(run)

    def _tell_end(self, run: int) -> None:
        """Once only: libVLC ends, too, when it is stepped on with no picture left."""
        source = self._source
        if run != self._run or run == self._told or source is None:
            return
        self._told = run
        ended = source.ended_before
        self._listener.on_ended(run, BROKEN_OFF if ended is None else ended)

    # ── libVLC's threads ──

    def _on_paused(self, _event: Any) -> None:
        """Tell the pause that was asked for, or one overtaken by the wish to go on, from the one that is the end."""
        run, source = self._run, self._source
        if self._held:
            self._stands.set()
        elif monotonic() - self._resumed_at < _STALE_PAUSE_S:
            self._jobs.put(self._apply_held)
        elif run and source is not None and source.ended_before is not None:
            self._jobs.put(lambda: self._finish(run))

    def _on_playing(self, _event: Any) -> None:
        if self._held:
            self._jobs.put(self._apply_held)

    def _on_end(self, _event: Any) -> None:
        """A run ends by itself when its data broke off, or when it was paused at its very end and resumed."""
        run = self._run
        if run:
            self._over = run
            self._shown.set()
            self._jobs.put(lambda: self._tell_end(run))

    def _on_error(self, _event: Any) -> None:
        if self._run:
            self._listener.on_failed(self._run)

    def _on_time(self, event: Any) -> None:
        if self._run:
            if not self._is_loud:
                self._is_loud = True
                self._jobs.put(self._apply_volume)
            self._listener.on_time(self._run, int(event.u.new_time))
