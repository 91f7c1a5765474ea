"""Takes from this process what a decoder never needs: other machines, other programs, other processes.

By seccomp on Linux (x86-64 and ARM64): the system calls below are refused from now on, also in threads and children.
Elsewhere a no-op; what is left then are the limits of services.media.jobs and the demuxer's own whitelist.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from typing import Final

# linux/prctl.h, linux/seccomp.h, linux/audit.h, linux/bpf_common.h
_NO_NEW_PRIVS, _SECCOMP, _FILTER_MODE = 38, 22, 2
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER_AT, _MACHINE_AT = 0, 4
# Numbers above this are the x32 calls, which are the same ones by another name.
_X32 = 0x40000000
# socket, socketpair, connect, bind, ptrace, execve, execveat, process_vm_writev, io_uring_setup
_MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 53, 42, 49, 101, 59, 322, 311, 425)),
    "aarch64": (0xC00000B7, (198, 199, 203, 200, 117, 221, 281, 271, 425)),
}


def confine() -> bool:
    """Refuse these system calls to this process for good; False where the system cannot."""
    known = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or known is None:
        return False
    program = _program(*known)
    buffer = ctypes.create_string_buffer(program, len(program))
    head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer)))
    system = ctypes.CDLL(None, use_errno=True)
    if system.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(system.prctl(_SECCOMP, _FILTER_MODE, ctypes.c_void_p(ctypes.addressof(head)), 0, 0) == 0)


def _program(machine: int, refused: tuple[int, ...]) -> bytes:
    """Write the filter: another machine's calls end the process, refused ones answer "not permitted"."""
    steps = [
        (_LOAD_WORD, 0, 0, _MACHINE_AT),
        (_JUMP_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD_WORD, 0, 0, _NUMBER_AT),
        (_JUMP_AT_LEAST, len(refused) + 1, 0, _X32),
        *((_JUMP_EQUAL, len(refused) - index, 0, number) for index, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
