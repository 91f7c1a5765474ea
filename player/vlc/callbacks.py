"""The C side of libVLC's memory callbacks: bytes in, pictures out. No libVLC call is made from here."""

from __future__ import annotations

import ctypes
from itertools import count
from typing import TYPE_CHECKING, Any

from player.vlc.library import load

if TYPE_CHECKING:
    from player.vlc.frames import FrameStore
    from player.vlc.source import ByteSource

_UNKNOWN_SIZE = 2**64 - 1
# VLC 3 offers the memory of graphics cards first, also without hardware decoding, and tries eight conversions of it
# before it gives up (30 ms a run). Names as in its vlc_fourcc.h.
_IN_HARDWARE = frozenset(
    (
        b"VAOP",
        b"VAO0",
        b"VDV0",
        b"VDV2",
        b"VDV4",
        b"DXA9",
        b"DXA0",
        b"DX10",
        b"DX11",
        b"CVPN",
        b"CVPY",
        b"CVPI",
        b"CVPB",
    )
)
# libVLC's opaque pointers are keys into these tables: a key outlives its object, a pointer would dangle.
_sources: dict[int, ByteSource] = {}
_stores: dict[int, FrameStore] = {}
_keys = count(1)

_VOID_P = ctypes.c_void_p
_OpenCb = ctypes.CFUNCTYPE(ctypes.c_int, _VOID_P, ctypes.POINTER(_VOID_P), ctypes.POINTER(ctypes.c_uint64))
_ReadCb = ctypes.CFUNCTYPE(ctypes.c_ssize_t, _VOID_P, _VOID_P, ctypes.c_size_t)
_SeekCb = ctypes.CFUNCTYPE(ctypes.c_int, _VOID_P, ctypes.c_uint64)
_CloseCb = ctypes.CFUNCTYPE(None, _VOID_P)
_LockCb = ctypes.CFUNCTYPE(_VOID_P, _VOID_P, ctypes.POINTER(_VOID_P))
_UnlockCb = ctypes.CFUNCTYPE(None, _VOID_P, _VOID_P, ctypes.POINTER(_VOID_P))
_DisplayCb = ctypes.CFUNCTYPE(None, _VOID_P, _VOID_P)
# python-vlc declares the chroma as char*, which ctypes hands over as a copy: what is written there is lost.
_UINT_P = ctypes.POINTER(ctypes.c_uint)
_FormatCb = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.POINTER(_VOID_P), _VOID_P, _UINT_P, _UINT_P, _UINT_P, _UINT_P)
_CleanupCb = ctypes.CFUNCTYPE(None, _VOID_P)


def _open(key: int, data: Any, size: Any) -> int:
    data[0] = key
    size[0] = _UNKNOWN_SIZE
    return 0 if key in _sources else -1


def _read(key: int, target: int, size: int) -> int:
    source = _sources.get(key)
    piece = source.read(size) if source is not None else None
    if piece is None:
        return -1
    ctypes.memmove(target, piece.tobytes(), len(piece))
    return len(piece)


def _seek(key: int, position: int) -> int:
    source = _sources.get(key)
    return 0 if source is not None and source.seek(position) else -1


def _close(key: int) -> None:
    _sources.pop(key, None)


def _format(opaque: Any, chroma: int, width: Any, height: Any, pitches: Any, lines: Any) -> int:
    store = _stores.get(opaque[0])
    if store is None or ctypes.string_at(chroma, 4) in _IN_HARDWARE:
        return 0
    frame = store.shape(width[0], height[0])
    if frame is None:
        return 0
    ctypes.memmove(chroma, b"RV32", 4)
    width[0], height[0] = frame.width, frame.height
    pitches[0], lines[0] = frame.pitch, frame.height
    return 1


def _lock(key: int, planes: Any) -> int:
    frame = _stores[key].writable()
    planes[0] = frame.address
    return frame.address


def _unlock(_key: int, _picture: int, _planes: Any) -> None:
    """Nothing to do: the store gives a buffer out only while nobody looks at it."""


def _display(key: int, picture: int) -> None:
    store = _stores.get(key)
    if store is not None:
        store.show(picture)


def _cleanup(_key: int) -> None:
    """Nothing to do: buffers live as long as somebody looks at them."""


# Strong references: libVLC keeps only addresses of these.
_OPEN, _READ, _SEEK, _CLOSE = _OpenCb(_open), _ReadCb(_read), _SeekCb(_seek), _CloseCb(_close)
_LOCK, _UNLOCK, _DISPLAY = _LockCb(_lock), _UnlockCb(_unlock), _DisplayCb(_display)
_FORMAT, _CLEANUP = _FormatCb(_format), _CleanupCb(_cleanup)


def media_of(instance: Any, source: ByteSource) -> Any:
    """Make a media that reads from a source. libVLC's close callback forgets the source."""
    kinds = load().CallbackDecorators
    key = next(_keys)
    _sources[key] = source
    return instance.media_new_callbacks(
        ctypes.cast(_OPEN, kinds.MediaOpenCb),
        ctypes.cast(_READ, kinds.MediaReadCb),
        ctypes.cast(_SEEK, kinds.MediaSeekCb),
        ctypes.cast(_CLOSE, kinds.MediaCloseCb),
        ctypes.c_void_p(key),
    )


def send_pictures(player: Any, store: FrameStore) -> int:
    """Let a player draw into a store; gives the key to forget it by. Call before the first play."""
    kinds = load().CallbackDecorators
    key = next(_keys)
    _stores[key] = store
    player.video_set_callbacks(
        ctypes.cast(_LOCK, kinds.VideoLockCb),
        ctypes.cast(_UNLOCK, kinds.VideoUnlockCb),
        ctypes.cast(_DISPLAY, kinds.VideoDisplayCb),
        ctypes.c_void_p(key),
    )
    player.video_set_format_callbacks(
        ctypes.cast(_FORMAT, kinds.VideoFormatCb), ctypes.cast(_CLEANUP, kinds.VideoCleanupCb)
    )
    return key


def forget_pictures(key: int) -> None:
    """Drop a store after its player was released."""
    _stores.pop(key, None)


def forget_source(source: ByteSource) -> None:
    """Drop a source that libVLC never opened."""
    for key in [key for key, known in list(_sources.items()) if known is source]:
        _sources.pop(key, None)


def live() -> tuple[int, int]:
    """Count sources and stores in use, for tests of leaks."""
    return len(_sources), len(_stores)
