"""Codecs as people call them; the service gives the names of the media library."""

from __future__ import annotations

_CODECS = {
    "h264": "H.264",
    "hevc": "H.265",
    "vp8": "VP8",
    "vp9": "VP9",
    "av1": "AV1",
    "mpeg4": "MPEG-4",
    "mpeg2video": "MPEG-2",
    "aac": "AAC",
    "opus": "Opus",
    "mp3": "MP3",
    "mp2": "MP2",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "flac": "FLAC",
    "vorbis": "Vorbis",
    "pcm_s16le": "PCM",
}


def codec_name(name: str) -> str:
    """Name a codec."""
    return _CODECS.get(name.lower(), name)
