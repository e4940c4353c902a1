"""What a process may have open, and how its threads share its memory."""

import ctypes
import os
import subprocess
import sys

import pytest

#: Holds a piece of memory in each of eight threads at once, and prints how many arenas they came from.
ARENAS = """
import ctypes, os, re, sys, tempfile, threading
from planes.up import limits

said = limits.one_arena() if sys.argv[1] == "one" else False
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.fdopen.restype = ctypes.c_void_p
here = threading.Barrier(9)

def hold():
    libc.malloc(ctypes.c_size_t(1000))
    here.wait(30)

for thread in [threading.Thread(target=hold, daemon=True) for _ in range(8)]:
    thread.start()
here.wait(30)
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    file.seek(0)
    print(said, len(re.findall(rb"<heap nr=", file.read())))
"""

pytestmark = pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc has arenas to limit")


def arenas(how: str, **more: str) -> list[str]:
    """What the script says, run with these variables."""
    around = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | more
    ran = subprocess.run([sys.executable, "-c", ARENAS, how], env=around, capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.split()


def test_all_threads_of_a_worker_allocate_from_one_arena() -> None:
    assert int(arenas("usual")[1]) > 1
    assert arenas("one") == ["True", "1"]


def test_what_the_operator_says_of_arenas_stays() -> None:
    assert arenas("one", MALLOC_ARENA_MAX="3") == ["False", "3"]
