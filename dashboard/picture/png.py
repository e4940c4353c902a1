"""The picture as PNG: the SVG document, rasterised by resvg with the Inter that npm brought, never with the machine's own fonts.

A machine without any font gives the same picture as one with hundreds. Only where a text needs letters that Inter does not have
(Chinese, Japanese, Korean …) are the machine's fonts looked through.
"""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from dashboard.picture import raster
from dashboard.picture.errors import CannotDrawError

_FACES = ("400Regular/Inter_400Regular", "500Medium/Inter_500Medium", "600SemiBold/Inter_600SemiBold", "700Bold/Inter_700Bold")
#: Latin, Greek, Cyrillic, punctuation, arrows and the like: Inter has them.
_COVERED = 0x2C00
#: Seconds; a picture of 5,000 nodes at 4K takes about two.
_TIME_LIMIT = 30


def fonts() -> list[str]:
    """The files of the typeface; raises CannotDrawError if one is missing."""
    home = Path(settings.BASE_DIR) / "node_modules" / "@expo-google-fonts" / "inter"
    files = [home / f"{face}.ttf" for face in _FACES]
    if not all(file.is_file() for file in files):
        raise CannotDrawError("The typeface for PNG is not installed. Run npm ci, or ask for the SVG.")
    return [str(file) for file in files]


def rasterise(svg: str) -> bytes:
    """PNG, in the size that the document says. Waits for another process, so not for the event loop's own thread."""
    arguments = fonts()
    if any(ord(letter) >= _COVERED for letter in svg):
        arguments.append(raster.ALL_FONTS)
    command = [sys.executable, "-I", raster.__file__, *arguments]
    try:
        done = subprocess.run(command, input=svg.encode(), capture_output=True, timeout=_TIME_LIMIT, check=True)  # noqa: S603  # our own script, no shell
    except subprocess.TimeoutExpired as error:
        raise CannotDrawError(f"Drawing took longer than {_TIME_LIMIT} s. Ask for a smaller picture, or for the SVG.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise CannotDrawError(f"The picture could not be drawn as PNG ({said[:200]}). Ask for the SVG.") from error
    return done.stdout
