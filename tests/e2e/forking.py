"""Commands of manage.py, each in a fork of one process that has imported what all of them need: to start a Python and to import
Django costs a second of a core, a fork a tenth of that.

`python -m tests.e2e.forking` is that process: it reads a `Request` a line and answers each with a `Done`, until its input ends.
"""

import contextlib
import gc
import os
import select
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

#: Seconds that a command may take.
PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


class Request(msgspec.Struct, frozen=True):
    """The words after manage.py, what the command reads, and what is in its environment besides."""

    words: Sequence[str]
    line: str
    environ: Mapping[str, str]


class Done(msgspec.Struct, frozen=True):
    """An exit code, and what was said."""

    returncode: int
    stdout: str
    stderr: str


class Commands:
    """Runs commands one at a time, in the given environment. The process starts with the first of them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def run(self, words: Sequence[str], line: str = "", environ: Mapping[str, str] | None = None) -> Done:
        """One command, to its end. TimeoutError if it does not come to one."""
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.e2e.forking"],
                    cwd=ROOT,
                    env=self._environ,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            asked, answers = self._process.stdin, self._process.stdout
            assert asked is not None
            assert answers is not None
            asked.write(msgspec.json.encode(Request(words, line, environ or {})) + b"\n")
            asked.flush()
            if not select.select([answers], [], [], PATIENCE)[0]:
                raise TimeoutError(f"manage.py {' '.join(words)} did not end within {PATIENCE:g} s")
            return msgspec.json.decode(answers.readline(), type=Done)

    def close(self) -> None:
        """End the process. The next command starts another, which reads the settings again."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        for end in (process.stdin, process.stdout):
            assert end is not None
            end.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _serve() -> None:
    """Answer until nothing more is asked."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
    import django
    from django.core.management import get_commands, load_command_class

    django.setup()
    for name in ("demo", "doctor", "signin", "status", "users"):
        load_command_class(get_commands()[name], name)
    gc.freeze()  # a fork that collects what it never uses copies it
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(msgspec.json.encode(_forked(msgspec.json.decode(line, type=Request))) + b"\n")
        sys.stdout.buffer.flush()


def _forked(request: Request) -> Done:
    """What a fork of this process says and ends with."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(request.line.encode() + b"\n")
        given.seek(0)
        child = os.fork()
        if child == 0:
            for number, file in enumerate((given, out, err)):
                os.dup2(file.fileno(), number)
            _become(request)
        _, status = os.waitpid(child, 0)
        for file in (out, err):
            file.seek(0)
        return Done(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


def _become(request: Request) -> None:
    """manage.py with these words; does not come back."""
    code = 1
    try:
        os.environ.update(request.environ)
        sys.stdin = os.fdopen(0)
        sys.argv = ["manage.py", *request.words]
        import manage

        code = manage.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001  as an interpreter ends
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
