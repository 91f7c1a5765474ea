"""What a film may be and what a worker may take. A film beyond these ends as ProblemError: media.limits."""

from __future__ import annotations

from typing import Final

from services.media.seal import OVERHEAD_BYTES

MIN_FILM_MS: Final = 1_000
MAX_FILM_MS: Final = 12 * 3600 * 1000
MAX_SIDE: Final = 8_192
MAX_CHUNK_BYTES: Final = 128 * 1024 * 1024
"""About 100 Mbit/s; below the 174 MiB at which a UnixFS file's CID begins to depend on the writer's width."""
MAX_SEALED_BYTES: Final = MAX_CHUNK_BYTES + OVERHEAD_BYTES

WORKER_MEMORY_BYTES: Final = 1024 * 1024 * 1024
"""Address space of a worker: its libraries, a long film's index twice, a chunk of the largest size from a muxer."""
CODING_MEMORY_BYTES: Final = 3 * 1024 * 1024 * 1024
"""Address space of a worker that codes a film anew: besides, a decoder's and an encoder's pictures of 8192 by 4320."""
WORKER_FILE_BYTES: Final = 16 * 1024 * 1024
"""No worker writes a larger file: blocks are 1 MiB, the journal of the longest film below 3 MiB."""
WORKER_OPEN_FILES: Final = 64
_CPU_BASE_S: Final = 60
_CPU_BYTES_PER_S: Final = 4_000_000
_CODING_CPU_PER_S: Final = 60


def cpu_seconds(size_bytes: int) -> int:
    """Give the processor time for a file, some fifty times what copying it takes."""
    return _CPU_BASE_S + size_bytes // _CPU_BYTES_PER_S


def coding_cpu_seconds(size_bytes: int, duration_ms: int) -> int:
    """Give the processor time for a film that is coded anew; the largest pictures take thirty times their length."""
    return cpu_seconds(size_bytes) + duration_ms * _CODING_CPU_PER_S // 1000
