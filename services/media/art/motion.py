"""Films from scenes: a few seconds are drawn and encoded once, their packets repeated for as long as the film is.

Encoded by the libx264 of the av wheel, which is GPL: used where the demo world is made, no part of what a bundle ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

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
_ON_TWOS = 2
"""Each drawing stands for two pictures, as in most drawn films; it halves the work."""
_AUDIO_FRAME = 1024
_LEAD_IN = 8
"""Packets of sound before a round, after which the encoder is as in the middle of one."""
_LOOP_SAMPLES = LOOP_MS * SAMPLE_RATE // 1000
_OPTIONS = {"preset": "veryfast", "crf": "24", "sc_threshold": "0", "bf": "0", "tune": "animation", "threads": "1"}
# The careful search for the best scale factors costs three times as much, and nobody hears it here.
_SOUND_OPTIONS = {"aac_coder": "fast"}
AnyPacket: TypeAlias = "Packet[Any]"
_FAST_START = {"movflags": "faststart"}


@dataclass(frozen=True, slots=True)
class Loop:
    """What to draw and how large. ``sound``: the seed of its music."""

    scene: Scene
    painter: Painter
    width: int
    height: int
    sound: str


def make_loop(path: Path, loop: Loop) -> None:
    """Write an H.264/AAC MP4 of one round, with a key frame each 1.92 s. Any file at ``path`` is replaced."""
    with av.open(str(path), "w", format="mp4", options=_FAST_START) as container:
        video = container.add_stream("libx264", rate=RATE, options=_OPTIONS)
        video.width, video.height, video.pix_fmt = loop.width, loop.height, "yuv420p"
        video.codec_context.gop_size = _KEY_FRAMES
        audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono", bit_rate=64_000, options=_SOUND_OPTIONS)
        for packet in _pictures(video, loop):
            container.mux(packet)
        for packet in _sounds(audio, loop.sound):
            container.mux(packet)


def repeat(loop: Path, path: Path, times: int) -> None:
    """Write a film of some rounds of a loop, without encoding anything again."""
    with av.open(str(loop)) as source, av.open(str(path), "w", format="mp4", options=_FAST_START) as container:
        video, audio = source.streams.video[0], source.streams.audio[0]
        copies = {one: container.add_stream_from_template(one) for one in (video, audio)}
        rounds: dict[object, list[AnyPacket]] = {video: [], audio: []}
        for packet in source.demux(video, audio):
            if packet.size:
                rounds[packet.stream].append(packet)
        for around in range(times):
            for one, step, base in ((video, 1, Fraction(1, RATE)), (audio, _AUDIO_FRAME, Fraction(1, SAMPLE_RATE))):
                for number, packet in enumerate(rounds[one]):
                    copy: AnyPacket = Packet(bytes(packet))
                    copy.stream, copy.time_base, copy.duration = copies[one], base, step
                    copy.pts = copy.dts = (around * len(rounds[one]) + number) * step
                    copy.is_keyframe = packet.is_keyframe
                    container.mux(copy)


def _pictures(stream: VideoStream, loop: Loop) -> list[AnyPacket]:
    still = Canvas(loop.width, loop.height)
    draw = loop.painter(loop.scene, still)
    canvas = still.copy()
    packets: list[AnyPacket] = []
    for number in range(0, LOOP_FRAMES, _ON_TWOS):
        canvas.lay(still, 0.0)
        draw(canvas, number / LOOP_FRAMES)
        drawn: VideoFrame = VideoFrame.from_image(canvas.finished())  # type: ignore[no-untyped-call]
        # Else the encoder would convert the colours for each of the two.
        frame = drawn.reformat(format=stream.pix_fmt)
        for again in range(_ON_TWOS):
            frame.pts, frame.time_base = number + again, Fraction(1, RATE)
            packets += stream.encode(frame)
    return packets + stream.encode(None)


def _sounds(stream: AudioStream, seed: str) -> list[AnyPacket]:
    """Encode the end of a round and then a whole one, which is kept: it begins where a round ends."""
    wave, count = music(seed, _LOOP_SAMPLES), _LOOP_SAMPLES // _AUDIO_FRAME
    packets: list[AnyPacket] = []
    for number in range(_LEAD_IN + count):
        start = (number - _LEAD_IN) % count * _AUDIO_FRAME
        frame = AudioFrame.from_ndarray(wave[start : start + _AUDIO_FRAME].reshape(1, -1), format="fltp", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = number * _AUDIO_FRAME, SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
        packets += stream.encode(frame)
    packets += stream.encode(None)
    kept = packets[_LEAD_IN : _LEAD_IN + count]
    for number, packet in enumerate(kept):
        packet.pts = packet.dts = number * _AUDIO_FRAME
    return kept
