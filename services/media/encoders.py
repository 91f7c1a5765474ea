"""Chooses the encoder for films that cannot be copied. Runs in the worker process only.

A graphics card's H.264 encoder where one is there and does what it is told, else OpenH264 where FFmpeg has it, else
VP9 by libvpx: none of these is GPL, and libVLC 3 plays the results. The libx264 in the wheel of av is GPL; it is taken
only when the person names it in MUSECLOCK_ENCODER.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import av
import av.error
from av.codec import Codec, CodecContext
from av.codec.codec import UnknownCodecError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

ENVIRONMENT: Final = "MUSECLOCK_ENCODER"
_log = logging.getLogger(__name__)
_PROBED_FRAMES, _FORCED_FRAME = 12, 6


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder by FFmpeg's name, with the options that make it set key frames only where it is told to."""

    name: str
    codec: str
    options: Mapping[str, str]
    is_hardware: bool = False
    bits_per_pixel: float = 0.0
    """Bits for each pixel of each picture; 0 where the options ask for a quality instead."""


def _card(name: str, **options: str) -> Encoder:
    return Encoder(name, "h264", MappingProxyType(options), is_hardware=True, bits_per_pixel=0.12)


_ENCODERS: Final = (
    _card("h264_nvenc", **{"preset": "p4", "forced-idr": "1", "no-scenecut": "1"}),
    _card("h264_qsv", forced_idr="1", adaptive_i="0"),
    _card("h264_amf", forced_idr="1"),
    _card("h264_videotoolbox"),
    _card("h264_mf"),
    _card("h264_v4l2m2m"),
    Encoder("libopenh264", "h264", MappingProxyType({}), bits_per_pixel=0.12),
    Encoder(
        "libvpx-vp9",
        "vp9",
        MappingProxyType(
            {"deadline": "realtime", "cpu-used": "7", "row-mt": "1", "crf": "31", "b": "0", "lag-in-frames": "0"}
        ),
    ),
)
_ON_WISH: Final = (
    Encoder(
        "libx264", "h264", MappingProxyType({"preset": "veryfast", "crf": "21", "sc_threshold": "0", "forced-idr": "1"})
    ),
)


def choose_encoder(width: int, height: int) -> Encoder:
    """Give the first encoder that codes pictures of this size and sets key frames where it is told to.

    width, height: both even. Raises LookupError when there is none.
    """
    wished = [one for one in (*_ON_WISH, *_ENCODERS) if one.name == os.environ.get(ENVIRONMENT)]
    for encoder in (*wished, *_ENCODERS):
        if _works(encoder, width, height):
            return encoder
        _log.info("encoder.absent", extra={"encoder": encoder.name})
    raise LookupError("no encoder")


def make_context(encoder: Encoder, width: int, height: int, rate: Fraction, time_base: Fraction) -> VideoCodecContext:
    """Make an encoder's context; opening it is the caller's. Raises UnknownCodecError, FFmpegError."""
    context = CodecContext.create(Codec(encoder.name, "w"))
    if not isinstance(context, VideoCodecContext):
        raise TypeError(encoder.name)
    set_up(context, encoder, width, height, rate, time_base)
    return context


def set_up(
    context: VideoCodecContext, encoder: Encoder, width: int, height: int, rate: Fraction, time_base: Fraction
) -> None:
    """Set what an encoder has to know before it is opened."""
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = rate, time_base
    context.gop_size, context.max_b_frames = 100_000, 0
    context.options = dict(encoder.options)
    if encoder.bits_per_pixel:
        context.bit_rate = max(round(encoder.bits_per_pixel * width * height * float(rate)), 200_000)


def _works(encoder: Encoder, width: int, height: int) -> bool:
    """Code a few grey pictures; the right ones have to come out as key frames."""
    time_base = Fraction(1, 25)
    keys: list[int] = []
    with suppress(UnknownCodecError, av.error.FFmpegError, ValueError):
        context = make_context(encoder, width, height, Fraction(25), time_base)
        for number in range(_PROBED_FRAMES):
            frame = VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([96 + 8 * number]) * plane.buffer_size)
            frame.pts, frame.time_base = number, time_base
            frame.pict_type = PictureType.I if number == _FORCED_FRAME else PictureType.NONE
            keys += [packet.pts or 0 for packet in context.encode(frame) if packet.is_keyframe]
        keys += [packet.pts or 0 for packet in context.encode(None) if packet.is_keyframe]
    return keys == [0, _FORCED_FRAME]
