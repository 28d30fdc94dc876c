"""The few calls of the Linux kernel that Python has no words for."""

import ctypes
import os
import platform

CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP = 1, 4, 8, 22
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
CAP_DAC_READ_SEARCH = 2
MACHINE = platform.machine().lower().replace("amd64", "x86_64").replace("arm64", "aarch64")
CAPSET = {"x86_64": 126, "aarch64": 91}

_libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: object) -> int:
    """Make a system call by its number; raise OSError when the kernel refuses."""
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def unshare(flags: int) -> None:
    """Leave the namespaces named by `flags`; raise OSError when the kernel refuses."""
    _checked(_libc.unshare(ctypes.c_int(flags)))


def prctl(option: int, value: int, pointer: object = None) -> None:
    """Set something about this process; raise OSError when the kernel refuses."""
    zero = ctypes.c_ulong(0)
    second = zero if pointer is None else pointer
    _checked(_libc.prctl(ctypes.c_int(option), ctypes.c_ulong(value), second, zero, zero))


def keep_only(capability: int) -> None:
    """Give up every capability but one; raise OSError when the kernel refuses."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    bit = 1 << capability
    data = (ctypes.c_uint32 * 6)(bit, bit, 0, 0, 0, 0)
    call(CAPSET[MACHINE], ctypes.byref(header), ctypes.byref(data))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
