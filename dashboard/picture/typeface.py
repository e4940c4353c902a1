"""The typeface within an SVG: a file is read where there is no Inter, and with another font a text would leave its place.

As data, for a picture refers to nothing outside itself. A machine on which npm has not run gives the picture without it.
"""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

#: Of an SVG that is opened by itself: its own style and typeface, and nothing else. The place is that of `style_hash`.
POLICY = "default-src 'none'; style-src {}; font-src data:; frame-ancestors 'none'; base-uri 'none'"
_FILE = Path("node_modules", "@fontsource-variable", "inter", "files", "inter-latin-wght-normal.woff2")


@lru_cache(maxsize=1)
def style() -> str:
    """The text of a style element that brings the typeface's Latin letters, about 64 kB; empty where it is not installed."""
    try:
        data = base64.b64encode((Path(settings.BASE_DIR) / _FILE).read_bytes()).decode()
    except OSError:
        return ""
    source = f'url(data:font/woff2;base64,{data}) format("woff2")'
    return f'@font-face{{font-family:"Inter";font-weight:100 900;src:{source}}}'


def style_hash() -> str:
    """What a content security policy allows that element by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()}'"


def with_typeface(svg: str) -> str:
    """The document with the typeface in it, right after its first tag."""
    head, end, rest = svg.partition(">")
    if head.endswith("/") or not style():  # there is no text in it
        return svg
    return f"{head}{end}<style>{style()}</style>{rest}"
