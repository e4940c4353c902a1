"""Tags of the pages: state glyphs, and ages that run on in the browser (static/js/pages/ticking.js)."""

from datetime import UTC, datetime
from math import ceil

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import presenters, runbooks, then, whence
from dashboard.presenters.words import iso
from planes.store.selectors import ClusterHead
from planes.structs import time_tokens

register = template.Library()
#: Sentences that say themselves for how long.
_DATED = ("Leaving for ", "Joining for ", "Not set up for ")
#: Changes may be kept for so many seconds longer than is set: they are removed once an hour (dashboard.celery).
_LEEWAY = 7_200.0


@register.inclusion_tag("parts/glyph.html")
def glyph(state: str, size: str = "", label: str | None = None) -> dict[str, str]:
    """The shape of a state; `size` is "", "s", "m", "l" or "xl". Its title is the state's word; `label` "" makes it decoration,
    beside a word that says the same."""
    return {
        "state": presenters.known(state),
        "size": f"glyph-{size}" if size else "",
        "label": presenters.word(state) if label is None else label,
    }


@register.filter
def word(state: str) -> str:
    """A state as it is read: "not observable"."""
    return presenters.word(state)


@register.filter
def undated(because: str) -> bool:
    """Whether a sentence leaves it to others to say for how long its state has lasted: of a node that leaves or joins it does not
    (planes/components/lives.py)."""
    return not because.startswith(_DATED)


@register.filter
def way(head: ClusterHead) -> str:
    """By which way a cluster is reached, as it follows "known from "."""
    return whence.way(head)


#: A name that is longer is cut in its middle where it has no room, and so many characters of its end stay.
_LONG, _END = 20, 10


@register.filter
def called(name: str) -> SafeString:
    """A cluster's name in two parts, of which the first is cut where there is no room: what tells it apart from others ("prod ·
    us-east-1", planes/store/naming.py) stands at its end."""
    first, dot, rest = name.partition(" · ")
    if dot:
        rest = dot + rest
    elif len(name) > _LONG:
        first, rest = name[:-_END], name[-_END:]
    return format_html('<span class="called"><span>{}</span><span>{}</span></span>', first, rest)


register.filter("glued", presenters.glued)
register.filter("moment", then.iso)
register.filter("number", presenters.number)


@register.filter
def ticking(text: str, now: float) -> SafeString:
    """A text with its time tokens (epoch seconds) rendered at `now`, each in an element that the browser keeps running."""
    return format_html_join("", "{}", ((_piece(piece, now),) for piece in time_tokens.pieces(text)))


@register.filter
def as_seen(text: str, now: float) -> SafeString:
    """The same of a sentence that is said of a state: while nobody vouches for it, it begins with words that say so, as in
    static/js/ages.js."""
    return format_html('<span class="if-late">When last seen: </span>{}', ticking(text, now)) if text else SafeString("")


def _piece(piece: str | time_tokens.Token, now: float) -> str | SafeString:
    if isinstance(piece, str):
        return presenters.glued(piece)
    if piece.kind == "a":
        return _aged(piece.before, piece.moment, piece.after, now)
    if piece.kind == "c":
        said = time_tokens.clock(piece.moment)
        return format_html('<time datetime="{}" data-clock="{}">{}</time>', iso(piece.moment), f"{piece.moment:.1f}", said)
    shown = presenters.glued(time_tokens.duration(piece.moment - now))
    return format_html('<span class="age" data-t="u:{}">{}</span>', f"{piece.moment:.1f}", shown)


#: What an age is told as where the viewer wants clock times (static/js/ages.js), by the words beside it, which go then.
_AS = {("for ", ""): "since", ("", " ago"): "at", ("", " old"): "created"}


def _aged(before: str, moment: float, after: str, now: float, alone: str = "") -> SafeString:
    """An age, running, with the words beside it. Its title is the moment itself: without JavaScript, too."""
    told = _AS.get((before, after), alone)
    shown = presenters.glued(time_tokens.duration(now - moment))
    return format_html(
        '{}<time class="age" datetime="{}" title="{}"{} data-t="a:{}">{}</time>{}',
        _word(before),
        iso(moment),
        in_full(moment),
        format_html(' data-as="{}"', told) if told else "",
        f"{moment:.1f}",
        shown,
        _word(after),
    )


def _word(text: str) -> SafeString:
    return format_html('<span class="age-word">{}</span>', text) if text else SafeString("")


@register.filter
def either(heading: str) -> SafeString | str:
    """What stands over a column of ages, and what stands there where they are told as moments."""
    other = {"For": "Since", "Age": "Created"}.get(heading)
    return format_html('{}<span class="moment-word">{}</span>', _word(heading), other) if other else heading


@register.filter
def width(share: float) -> str:
    """A share, 0 to 1, as SVG takes it: "26.1%"."""
    return f"{share:.1%}"


@register.filter
def in_full(moment: float) -> str:
    """A moment (epoch seconds) with its day: "27 Nov 2026, 15:42:10 UTC"."""
    return f"{datetime.fromtimestamp(moment, UTC):%-d %b %Y, %H:%M:%S} UTC"


@register.simple_tag
def age(moment: float | None, now: float) -> SafeString:
    """The time since `moment` (epoch seconds), running, where it stands alone; a dash when there is none."""
    return SafeString("–") if moment is None else _aged("", moment, "", now, alone="alone")


@register.simple_tag
def aged(before: str, moment: float, after: str, now: float) -> SafeString:
    """The same among words: "unchanged for " and what follows, or " ago" after it."""
    plain, near = (before.removesuffix("for "), "for ") if before.endswith("for ") else (before, "")
    return format_html("{}{}", plain, _aged(near, moment, after, now))


@register.filter
def old(moment: float, now: float) -> str:
    """The time since `moment` as it is now, standing still."""
    return presenters.glued(time_tokens.duration(now - moment))


@register.simple_tag
def left(moment: float, now: float) -> SafeString:
    """The time until something is tried again at `moment` (epoch seconds), running down to "a moment"."""
    text = presenters.glued(time_tokens.duration(ceil(moment - now))) if moment > now else "a moment"
    return format_html('<span class="age" data-t="r:{}">{}</span>', f"{moment:.1f}", text)


@register.simple_tag
def unchanged(since: float, now: float, kept: float | None = None) -> SafeString:
    """What is said where no change of a subject is kept, which has been as it is since then (epoch seconds). What was before may
    have been forgotten since, so that watching need not have begun at that moment. `kept`: since when changes are kept, where any
    were removed."""
    began = now - since < settings.HISTORY_DAYS * 86_400 and (kept is None or since > kept)
    return format_html("No changes since {}{}.", "watching began at " if began else "", clock(since))


@register.simple_tag
def forgotten(kept: float | None, now: float) -> SafeString:
    """What is said below a history of which the oldest part was removed: since when changes are kept, epoch seconds, and why not
    for longer. Empty where nothing was removed."""
    if kept is None:
        return SafeString("")
    for_room = now - kept < settings.HISTORY_DAYS * 86_400 - _LEEWAY
    return format_html("Older than {} was removed{}.", clock(kept), " for room" if for_room else "")


@register.simple_tag
def clock(moment: float | None) -> SafeString:
    """When it was: in UTC as the page comes, in the viewer's own time once its script runs."""
    return _clock(moment, "")


@register.simple_tag
def happened(moment: float) -> SafeString:
    """The same of a change, which the viewer may want as how long ago it was."""
    return _clock(moment, "happened")


@register.filter
def time_of(moment: float) -> str:
    """ "14:05:30", of UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M:%S}"


@register.simple_tag
def of_day(moment: float, heading: float) -> SafeString:
    """The same below a heading that names the day of another moment: the time alone, where it is of that day."""
    at, day = datetime.fromtimestamp(moment, UTC), datetime.fromtimestamp(heading, UTC)
    return format_html(
        '<time datetime="{}" title="{}" data-as="happened" data-day="{}" data-clock="{}">{}</time>',
        iso(moment),
        in_full(moment),
        f"{heading:.1f}",
        f"{moment:.1f}",
        f"{at:%H:%M:%S}" if at.date() == day.date() else f"{at:%d %b %H:%M:%S} UTC",
    )


def _clock(moment: float | None, told: str) -> SafeString:
    if moment is None:
        return SafeString("–")
    at = datetime.fromtimestamp(moment, UTC)
    return format_html(
        '<time datetime="{}" title="{}"{} data-clock="{}">{} UTC</time>',
        iso(moment),
        in_full(moment),
        format_html(' data-as="{}"', told) if told else "",
        f"{moment:.1f}",
        f"{at:%d %b %H:%M:%S}",
    )


@register.simple_tag
def runbook(kind: str, cluster: str) -> str:
    """The address of what people have written down about a kind, "" if nothing is."""
    return runbooks.address(settings.RUNBOOKS, kind, cluster)
