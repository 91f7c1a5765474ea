"""What may stay as it is: the codecs that fragmented MP4 carries and libVLC 3 plays out of it.

Each was played by libVLC 3.0.24 from an init segment and fragments of 250 ms, every picture and the sound counted
(tests/integration/media/test_any_video.py does it again). VP8, Theora and the like have no place in MP4.
"""

from __future__ import annotations

from typing import Final

COPIED_VIDEO: Final = frozenset({"h264", "hevc", "vp9", "av1", "mpeg4", "mpeg2video"})
COPIED_AUDIO: Final = frozenset({"aac", "opus", "mp3", "mp2", "ac3", "eac3", "flac"})
