"""The painter: the page's own modules (static/js/file), run by QuickJS. Bytes of a snapshot in, an SVG document out.

Nothing of a cluster's can reach more than this script: the engine has no files, no network, and bounds of memory and of time. A
context belongs to the thread that made it; after a fault it is thrown away and the next call makes another.
"""

import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import quickjs
from django.conf import settings

from dashboard.picture.errors import CannotDrawError
from dashboard.picture.modules import joined

#: Bytes; a picture of 5,000 nodes takes some 30 MB while it is drawn, and gives them back.
MEMORY = 256 * 1024 * 1024
#: Seconds of processor time; 5,000 nodes take a tenth of one.
TIME = 10.0
#: Bytes; less than any thread's own stack has, on every platform.
_STACK = 256 * 1024


@lru_cache(maxsize=1)
def script() -> str:
    """The modules as they lie there when the first picture is drawn."""
    return joined(_static() / "js" / "file" / "file.js")


@lru_cache(maxsize=1)
def tokens() -> str:
    """The style sheet that holds the colours."""
    return (_static() / "css" / "tokens.css").read_text(encoding="utf-8")


def _static() -> Path:
    return Path(settings.BASE_DIR) / "static"


class Engine:
    """An engine for each thread that calls it. `source`: an expression whose value has a function `draw` of texts to a text."""

    def __init__(self, source: Callable[[], str] = script, *, memory: int = MEMORY, time: float = TIME) -> None:
        self._source = source
        self._memory = memory
        self._time = time
        self._threads = threading.local()

    def draw(self, *texts: str) -> str:
        """What the script draws of these; raises CannotDrawError, and the engine is as good as new."""
        try:
            context = self._context()
            drawn = context.get("draw")(*texts)
            if not isinstance(drawn, str):
                raise CannotDrawError("The picture could not be drawn: the script returned no text.")
        except quickjs.JSException as error:  # StackOverflow is one
            self._threads.context = None
            raise CannotDrawError(_sentence(str(error), self._memory, self._time)) from error
        except BaseException:
            self._threads.context = None
            raise
        return drawn

    def _context(self) -> quickjs.Context:
        found: quickjs.Context | None = getattr(self._threads, "context", None)
        if found is None:
            found = quickjs.Context()
            found.set_memory_limit(self._memory)
            found.set_max_stack_size(_STACK)
            found.set_time_limit(self._time)
            found.eval(f"globalThis.draw = {self._source()}.draw;")
            self._threads.context = found
        return found


def _sentence(said: str, memory: int, time: float) -> str:
    first = said.strip().partition("\n")[0]
    if "interrupted" in first:
        return f"Drawing took longer than {time:g} s. Ask for a smaller picture."
    if "out of memory" in first or first == "null":  # no memory was left for the error itself
        return f"Drawing took more than {memory // 2**20} MB. Ask for a smaller picture."
    return f"The picture could not be drawn ({first[:200]})."
