"""Films from scenes: a few seconds are drawn and encoded once, and their packets repeated for as long as the film is.

Encoded by the libx264 of the av wheel, which is GPL: used where the demo world is made, not part of what a bundle ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.media.art.canvas import Canvas
from services.media.art.scene import Painter, Scene
from services.media.art.sound import SAMPLE_RATE, music

RATE = 25
LOOP_FRAMES = 96
LOOP_MS = LOOP_FRAMES * 1000 // RATE
"""3.84 s: 96 pictures and 180 packets of sound, so that both end at the same moment."""
_KEY_FRAMES = 48
_AUDIO_FRAME = 1024
_LOOP_SAMPLES = LOOP_MS * SAMPLE_RATE // 1000
_OPTIONS = {"preset": "veryfast", "crf": "25", "sc_threshold": "0", "bf": "0", "tune": "animation", "threads": "1"}


@dataclass(frozen=True, slots=True)
class Film:
    """What to draw, how large, and how many times around."""

    scene: Scene
    painter: Painter
    width: int
    height: int
    loops: int
    sound: str


def make_film(path: Path, film: Film) -> None:
    """Write an H.264/AAC MP4 with a key frame each 1.92 s. Any file at ``path`` is replaced."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=RATE, options=_OPTIONS)
        video.width, video.height, video.pix_fmt = film.width, film.height, "yuv420p"
        video.codec_context.gop_size = _KEY_FRAMES
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono", bit_rate=64_000)
        pictures = _pictures(video, film)
        sounds = _sounds(audio, film.sound)
        for around in range(film.loops):
            for packet in _again(pictures, video, around * LOOP_FRAMES, Fraction(1, RATE)):
                container.mux(packet)
            for packet in _again(sounds, audio, around * _LOOP_SAMPLES, Fraction(1, SAMPLE_RATE)):
                container.mux(packet)


def _pictures(stream: VideoStream, film: Film) -> list[Packet]:
    still = Canvas(film.width, film.height)
    draw = film.painter(film.scene, still)
    packets: list[Packet] = []
    for number in range(LOOP_FRAMES):
        canvas = still.copy()
        draw(canvas, number / LOOP_FRAMES)
        frame: VideoFrame = VideoFrame.from_image(canvas.finished())  # type: ignore[no-untyped-call]
        frame.pts, frame.time_base = number, Fraction(1, RATE)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


def _sounds(stream: AudioStream, seed: str) -> list[Packet]:
    """Encode two rounds and keep the second, which begins where a round ends."""
    wave = music(seed, _LOOP_SAMPLES)
    packets: list[Packet] = []
    for number in range(2 * _LOOP_SAMPLES // _AUDIO_FRAME):
        start = number * _AUDIO_FRAME % _LOOP_SAMPLES
        frame = AudioFrame.from_ndarray(wave[start : start + _AUDIO_FRAME].reshape(1, -1), format="fltp", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = number * _AUDIO_FRAME, SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
        packets += stream.encode(frame)
    packets += stream.encode(None)
    count = _LOOP_SAMPLES // _AUDIO_FRAME
    return packets[count : 2 * count]


def _again(packets: list[Packet], stream: VideoStream | AudioStream, ahead: int, base: Fraction) -> list[Packet]:
    """Copy packets to a later place: each lasts as long as the one before it."""
    copies: list[Packet] = []
    step = 1 if isinstance(stream, VideoStream) else _AUDIO_FRAME
    for number, packet in enumerate(packets):
        copy = Packet(bytes(packet))
        copy.stream, copy.time_base, copy.duration = stream, base, step
        copy.pts = copy.dts = ahead + number * step
        copy.is_keyframe = packet.is_keyframe
        copies.append(copy)
    return copies
