"""Names the codecs of an init segment as RFC 6381 does (``avc1.64001e,mp4a.40.2``)."""

from __future__ import annotations

from services.media.boxes import Box, children_of

# Where the boxes inside a sample entry begin: 8 bytes of every entry, then the picture's 70 or the sound's 20
# (ISO/IEC 14496-12, 12.1.3 and 12.2.3).
_PICTURE_ENTRY, _SOUND_ENTRY = 78, 28
_SAMPLE_TABLE_HEAD = 8


def codecs_of(moov: Box) -> str:
    """Name the codecs of every track, in the order of the tracks; raises ValueError."""
    return ",".join(_codec(track) for track in moov.children() if track.kind == b"trak")


def _codec(track: Box) -> str:
    table = track.child(b"mdia").child(b"minf").child(b"stbl").child(b"stsd")
    entry = children_of(table.body[_SAMPLE_TABLE_HEAD:])[0]
    match entry.kind:
        case b"avc1" | b"avc3":
            return f"{entry.kind.decode()}.{_avc_profile(entry)}"
        case b"mp4a":
            return f"mp4a.40.{_aac_object_type(entry)}"
        case _:
            raise ValueError(f"no name for {entry.kind!r}")


def _avc_profile(entry: Box) -> str:
    """Profile, compatibility and level stand in bytes 1 to 3 of the decoder configuration (ISO/IEC 14496-15)."""
    return _inside(entry, _PICTURE_ENTRY, b"avcC").body[1:4].hex()


def _aac_object_type(entry: Box) -> int:
    """The first five bits of the decoder specific info, tag 5 of the descriptors (ISO/IEC 14496-1 and 14496-3)."""
    descriptors = _inside(entry, _SOUND_ENTRY, b"esds").body[4:]
    position = 0
    while position < len(descriptors):
        tag, position = descriptors[position], position + 1
        while descriptors[position] & 0x80:
            position += 1
        position += 1
        if tag == 5:
            return descriptors[position] >> 3
        position += {3: 3, 4: 13}.get(tag, len(descriptors))
    raise ValueError("no decoder specific info")


def _inside(entry: Box, skip: int, kind: bytes) -> Box:
    for box in children_of(entry.body[skip:]):
        if box.kind == kind:
            return box
    raise ValueError(f"no {kind!r} in {entry.kind!r}")
