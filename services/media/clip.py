"""Makes the clip that the demo sells when nobody gives a film, and that tests read frame by frame.

Encoded by the libx264 of the av wheel, which is GPL: used where the demo runs, not part of what a bundle ships.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from services.media.dial import HEIGHT, WIDTH, Dial

RATE = 25
KEYFRAME_S = 2
_SAMPLE_RATE = 48_000
_BEEP_S, _BEEP_HZ, _CHUNK_BEEP_HZ = 0.08, 880, 1320
_CHUNK_S = 10
_VIDEO_OPTIONS = {"preset": "veryfast", "crf": "23", "sc_threshold": "0", "bf": "2", "threads": "1"}


def make_timecode_clip(path: Path, seconds: int = 66, *, with_audio: bool = True, keyframe_s: int = KEYFRAME_S) -> None:
    """Write an H.264/AAC MP4 of 640 x 360 at 25 frames a second, with a beep each second (a higher one each chunk).

    seconds: at most 2,600, what the barcode can number. Any file at ``path`` is replaced.
    """
    dial = Dial(rate=RATE, seconds=seconds)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = _video_stream(container, keyframe_s)
        audio = container.add_stream("aac", rate=_SAMPLE_RATE, layout="mono") if with_audio else None
        for second in range(seconds):
            for frame in range(second * RATE, (second + 1) * RATE):
                container.mux(video.encode(_video_frame(dial, frame)))
            if isinstance(audio, AudioStream):
                container.mux(audio.encode(_audio_frame(second)))
        for stream in (video, audio):
            if stream is not None:
                container.mux(stream.encode(None))


def _video_stream(container: OutputContainer, keyframe_s: int) -> VideoStream:
    stream = container.add_stream("libx264", rate=RATE, options=_VIDEO_OPTIONS)
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.codec_context.gop_size = keyframe_s * RATE
    return stream


def _video_frame(dial: Dial, number: int) -> VideoFrame:
    frame: VideoFrame = VideoFrame.from_image(dial.picture(number))  # type: ignore[no-untyped-call]
    frame.pts, frame.time_base = number, Fraction(1, RATE)
    return frame


def _audio_frame(second: int) -> AudioFrame:
    times = np.arange(_SAMPLE_RATE) / _SAMPLE_RATE
    pitch = _CHUNK_BEEP_HZ if second % _CHUNK_S == 0 else _BEEP_HZ
    # A short swell at both ends keeps the beep from clicking.
    swell = np.clip(np.minimum(times, _BEEP_S - times) / 0.005, 0, 1)
    wave = (0.25 * swell * np.sin(2 * np.pi * pitch * times)).astype(np.float32)
    frame = AudioFrame.from_ndarray(wave.reshape(1, -1), format="fltp", layout="mono")
    frame.pts, frame.sample_rate, frame.time_base = second * _SAMPLE_RATE, _SAMPLE_RATE, Fraction(1, _SAMPLE_RATE)
    return frame
