"""How wide a text is, without a font at hand: Inter's advance widths for ASCII, and a fair guess for everything else.

A viewer without Inter shows another font, so every room is taken a little narrower than it is.
"""

import re

#: Advance widths of U+0020 to U+007E in thousandths of the type size, Inter 4, Regular and SemiBold.
_REGULAR = (
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620, 566, 619,
    620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903, 753, 765, 639, 765,
    644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612, 583, 370, 613, 591, 242, 242,
    549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426, 333, 426, 662,
)  # fmt: skip
_SEMIBOLD = (
    252, 321, 523, 644, 650, 1004, 663, 326, 373, 373, 540, 673, 319, 465, 319, 379, 660, 423, 623, 636, 666, 612, 640, 576, 640,
    640, 319, 329, 673, 673, 673, 543, 999, 728, 659, 737, 722, 605, 588, 749, 746, 277, 580, 703, 565, 922, 759, 769, 645, 773,
    652, 650, 660, 736, 728, 1020, 720, 713, 652, 373, 379, 373, 481, 469, 351, 574, 624, 583, 624, 591, 389, 625, 612, 262, 262,
    569, 262, 900, 612, 609, 624, 624, 397, 549, 353, 612, 587, 839, 569, 588, 566, 455, 359, 455, 673,
)  # fmt: skip
_OTHERS = {
    "·": 300,
    "…": 900,
    "–": 500,
    "—": 1000,
    "→": 954,
    "≥": 670,
    "≤": 670,
    "“": 470,
    "”": 470,
    "’": 280,
    "×": 670,
    "\u00a0": 281,
}
#: From here on scripts are as wide as they are high.
_WIDE = 0x1100
_SLACK = 1.03
#: A number and its unit stay on one line.
_GLUED = re.compile(r"(?<=\d) (?=(?:[smhd%]|ms|min|of|KiB|MiB|GiB)\b|%)")


def width(text: str, size: float, weight: int = 400) -> float:
    """The width of a line, in the unit of `size`."""
    table = _SEMIBOLD if weight >= 550 else _REGULAR
    total = 0
    for letter in text:
        code = ord(letter)
        if 32 <= code < 127:
            total += table[code - 32]
        else:
            total += _OTHERS.get(letter, 1000 if code >= _WIDE else 650)
    return total * size / 1000 * _SLACK


def cut(text: str, size: float, room: float, weight: int = 400, *, front: bool = False) -> str:
    """The text, or as much of its beginning as fits and "…"; `front`: of its end, for names that differ there."""
    if width(text, size, weight) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(_ends(text, middle, front=front), size, weight) <= room:
            low = middle
        else:
            high = middle - 1
    return _ends(text, low, front=front) if low else ""


def _ends(text: str, kept: int, *, front: bool) -> str:
    return f"…{text[len(text) - kept :].lstrip()}" if front else f"{text[:kept].rstrip()}…"


def wrap(text: str, size: float, room: float, lines: int, weight: int = 400) -> list[str]:
    """The text in at most `lines` lines, broken between words (within one only where it is longer than a line); the last is cut."""
    words = _GLUED.sub("\u00a0", text).split(" ")
    words = [word for word in words if word]
    out: list[str] = []
    while words and len(out) < lines:
        if len(out) == lines - 1:
            out.append(cut(" ".join(words), size, room, weight))
            break
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size, weight) <= room:
            taken += 1
        line = " ".join(words[:taken])
        if taken == 1 and width(line, size, weight) > room:
            head = cut(line, size, room, weight).removesuffix("…") or line[:1]
            words[0] = line[len(head) :]
            out.append(head)
            continue
        out.append(line)
        del words[:taken]
    return out
