"""Names the codecs of an init segment as RFC 6381 does (``avc1.64001e,mp4a.40.2``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.media.boxes import Box, children_of

# Where the boxes inside a sample entry begin: 8 bytes of every entry, then the picture's 70 or the sound's 20
# (ISO/IEC 14496-12, 12.1.3 and 12.2.3).
_PICTURE_ENTRY, _SOUND_ENTRY = 78, 28
_SAMPLE_TABLE_HEAD = 8
_DECODER_CONFIG, _DECODER_INFO, _AAC = 4, 5, 0x40


def codecs_of(moov: Box) -> str:
    """Name the codecs of all tracks, each once, in the order of the tracks; raises ValueError."""
    return ",".join(dict.fromkeys(_codec(track) for track in moov.children() if track.kind == b"trak"))


def _codec(track: Box) -> str:
    table = track.child(b"mdia").child(b"minf").child(b"stbl").child(b"stsd")
    entry = children_of(table.body[_SAMPLE_TABLE_HEAD:])[0]
    if entry.kind not in _DETAILS:
        raise ValueError(f"no name for {entry.kind!r}")
    details = _DETAILS[entry.kind](entry)
    name = entry.kind.decode("ascii")
    return f"{name}.{details}" if details else name.strip(".").lower()


def _avc_profile(entry: Box) -> str:
    """Profile, compatibility and level stand in bytes 1 to 3 of the decoder configuration (ISO/IEC 14496-15)."""
    return _inside(entry, _PICTURE_ENTRY, b"avcC").body[1:4].hex()


def _hevc_profile(entry: Box) -> str:
    """Profile, compatibility, tier, level and constraints of the decoder configuration (14496-15, annex E)."""
    config = _inside(entry, _PICTURE_ENTRY, b"hvcC").body
    space = ("", "A", "B", "C")[config[1] >> 6]
    compatible = int(f"{int.from_bytes(config[2:6], 'big'):032b}"[::-1], 2)
    tier = "H" if config[1] & 0x20 else "L"
    constraints = [f".{byte:X}" for byte in config[6:12].rstrip(b"\0")]
    return f"{space}{config[1] & 0x1F}.{compatible:X}.{tier}{config[12]}{''.join(constraints)}"


def _vp9_profile(entry: Box) -> str:
    """Profile, level and bits (VP Codec ISO Media File Format Binding)."""
    profile, level, depth = _inside(entry, _PICTURE_ENTRY, b"vpcC").body[4:7]
    return f"{profile:02d}.{level:02d}.{depth >> 4:02d}"


def _av1_profile(entry: Box) -> str:
    """Profile, level, tier and bits (AV1 Codec ISO Media File Format Binding, 5)."""
    config = _inside(entry, _PICTURE_ENTRY, b"av1C").body
    tier = "H" if config[2] & 0x80 else "M"
    depth = 12 if config[2] & 0x20 else 10 if config[2] & 0x40 else 8
    return f"{config[1] >> 5}.{config[1] & 0x1F:02d}{tier}.{depth:02d}"


def _picture_type(entry: Box) -> str:
    return f"{_object_types(_inside(entry, _PICTURE_ENTRY, b'esds').body)[0]:02x}"


def _sound_type(entry: Box) -> str:
    kind, aac = _object_types(_inside(entry, _SOUND_ENTRY, b"esds").body)
    return f"40.{aac}" if kind == _AAC else f"{kind:02X}"


def _no_details(_entry: Box) -> str:
    return ""


def _object_types(body: bytes) -> tuple[int, int]:
    """Give the object type of a stream and, for AAC, the one in its decoder's information (14496-1 and 14496-3)."""
    descriptors = body[4:]
    position, kind = 0, 0
    while position < len(descriptors):
        tag, position = descriptors[position], position + 1
        while descriptors[position] & 0x80:
            position += 1
        position += 1
        if tag == _DECODER_CONFIG:
            kind = descriptors[position]
        if tag == _DECODER_INFO:
            return kind, descriptors[position] >> 3
        position += {3: 3, _DECODER_CONFIG: 13}.get(tag, len(descriptors))
    if kind in (0, _AAC):
        raise ValueError("no decoder specific info")
    return kind, 0


def _inside(entry: Box, skip: int, kind: bytes) -> Box:
    for box in children_of(entry.body[skip:]):
        if box.kind == kind:
            return box
    raise ValueError(f"no {kind!r} in {entry.kind!r}")


_DETAILS: Final[dict[bytes, Callable[[Box], str]]] = {
    b"avc1": _avc_profile,
    b"avc3": _avc_profile,
    b"hvc1": _hevc_profile,
    b"hev1": _hevc_profile,
    b"vp09": _vp9_profile,
    b"av01": _av1_profile,
    b"mp4v": _picture_type,
    b"mp4a": _sound_type,
    **dict.fromkeys((b"Opus", b"fLaC", b"ac-3", b"ec-3", b".mp3"), _no_details),
}
