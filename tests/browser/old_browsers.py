"""Chromium made as old as the oldest browsers for which the pages are made: what those lack is taken away before scripts load.

Of CSS, what an old parser drops: declarations and rules that it cannot read. Of JavaScript, what came later (docs/browsers.md).
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class OldBrowser:
    """`css`: words of CSS that it cannot read; `scripts`: what its scripts do not find; `containers`: whether it knows container
    queries."""

    name: str
    css: tuple[str, ...]
    scripts: tuple[str, ...]
    containers: bool


_ALL_CSS = ("light-dark(", "color-mix(", "dvh", "text-wrap:")
_ALL_SCRIPTS = ("AbortSignal.any", "AbortSignal.timeout")
BROWSERS = (
    OldBrowser(
        "TV of 2023 (Chromium 94)",
        (*_ALL_CSS, ":has(", "cqw", "cqh"),
        (
            *_ALL_SCRIPTS, "CanvasRenderingContext2D.prototype.roundRect", "Array.prototype.toReversed", "Array.prototype.toSorted",
            "Array.prototype.findLast", "structuredClone", "Element.prototype.checkVisibility", "Object.groupBy",
        ),
        containers=False,
    ),
    OldBrowser(
        "Safari 15.4",
        (*_ALL_CSS, "overflow: clip", "overscroll-behavior", "cqw", "cqh"),
        (
            *_ALL_SCRIPTS, "CanvasRenderingContext2D.prototype.roundRect", "Array.prototype.toReversed", "Array.prototype.toSorted",
            "Element.prototype.checkVisibility", "Object.groupBy", "requestIdleCallback", "navigator.wakeLock",
        ),
        containers=False,
    ),
    OldBrowser(
        "Firefox 115",
        ("light-dark(", ":has(", "text-wrap:"),
        ("AbortSignal.any", "Object.groupBy", "Element.prototype.checkVisibility", "navigator.wakeLock"),
        containers=True,
    ),
)  # fmt: skip


def script(browser: OldBrowser) -> str:
    """What is to run before all scripts of a page."""
    lines = []
    for path in browser.scripts:
        owner, _, name = path.rpartition(".")
        place = owner or "globalThis"
        lines.append(f"try {{ Object.defineProperty({place}, '{name}', {{ value: undefined, configurable: true }}); }} catch {{}}")
        lines.append(f"try {{ delete {place}['{name}']; }} catch {{}}")
    return "\n".join(lines)


def _blocks(css: str) -> list[str]:
    """The rules of a sheet, at-rules whole."""
    found, depth, begun = [], 0, 0
    for at, letter in enumerate(css):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                found.append(css[begun : at + 1])
                begun = at + 1
    return [*found, css[begun:]]


def lowered(css: str, browser: OldBrowser) -> str:
    """What such a browser makes of a style sheet."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return "".join(_rule(block, browser) for block in _blocks(css))


def _rule(block: str, browser: OldBrowser) -> str:
    head, brace, body = block.partition("{")
    name = head.strip()
    if not brace:
        return block
    if name.startswith("@container") and not browser.containers:
        return ""
    if name.startswith("@supports"):
        unknown = any(word in name for word in browser.css) or ("container" in name and not browser.containers)
        if ("not" in name.split()) is not unknown:
            return ""
        return "".join(_rule(one, browser) for one in _blocks(body.rstrip()[:-1]))
    if name.startswith(("@media", "@container")):
        return f"{head}{{{''.join(_rule(one, browser) for one in _blocks(body.rstrip()[:-1]))}}}"
    if any(word in head for word in browser.css):
        return ""
    kept = [one for one in _declarations(body.rstrip()[:-1]) if not any(word in one for word in browser.css)]
    if not browser.containers:
        kept = [one for one in kept if not re.match(r"\s*container(-type|-name)?:", one)]
    return f"{head}{{{';'.join(kept)}}}"


def _declarations(body: str) -> list[str]:
    return body.split(";")
