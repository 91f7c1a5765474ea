"""What a worker may take of memory and processor time: little at first, more once a film has to be coded anew.

A no-op where the system has no such limits.
"""

from __future__ import annotations

import ctypes
import sys

from services.media import limits

if sys.platform != "win32":
    import resource


def begin_small(size_bytes: int) -> None:
    """Cap what a hostile file can make this process take."""
    if sys.platform == "win32":
        return
    most_s = limits.coding_cpu_seconds(size_bytes, limits.MAX_FILM_MS)
    for kind, soft, most in (
        (resource.RLIMIT_AS, limits.WORKER_MEMORY_BYTES, limits.CODING_MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.cpu_seconds(size_bytes), most_s),
        (resource.RLIMIT_FSIZE, limits.WORKER_FILE_BYTES, limits.WORKER_FILE_BYTES),
        (resource.RLIMIT_NOFILE, limits.WORKER_OPEN_FILES, limits.WORKER_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        allowed = resource.getrlimit(kind)[1]
        hard = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(kind, (min(soft, hard), hard))


def allow_coding(size_bytes: int, duration_ms: int) -> None:
    """Raise the caps to what coding a film of this length takes; never lowers one."""
    if sys.platform == "win32":
        return
    for kind, wanted in (
        (resource.RLIMIT_AS, limits.CODING_MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.coding_cpu_seconds(size_bytes, duration_ms)),
    ):
        soft, hard = resource.getrlimit(kind)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def give_back() -> None:
    """Give memory that was freed back to the system, where the C library would keep it for later."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
