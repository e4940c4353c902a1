"""SVG on standard input, PNG on standard output: `python raster.py [--all-fonts] FONT…`.

A process of its own, for resvg holds Python's lock while it draws, half a second for a large picture, and the sockets of a web
process must not wait for that. It imports nothing of ours, so that it starts in some 30 ms.
"""

import os
import sys

import resvg_py

FAMILY = "Inter"
ALL_FONTS = "--all-fonts"


def main(arguments: list[str]) -> None:
    """Draw what comes in, with these font files; with --all-fonts the machine's own stand behind them."""
    os.nice(10)  # a picture may wait; the pages of the others may not
    drawn = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        font_files=[file for file in arguments if file != ALL_FONTS],
        skip_system_fonts=ALL_FONTS not in arguments,
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main(sys.argv[1:])
