"""What is answered where there is nothing to show: a sentence that says why, and where there is something."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from planes.store import selectors

#: What it is called, and its address.
Link = tuple[str, str]


def refused(request: HttpRequest, status: int, title: str, sentence: str, links: Sequence[Link], back: str = "") -> HttpResponse:
    """`back`: where one came from; without it the last link."""
    back = back or (links[-1][1] if links else reverse("clusters"))
    context = {"status": status, "title": title, "message": sentence, "links": links, "back": back}
    return render(request, "error.html", context, status=status)


def missing(request: HttpRequest, title: str, lead: str, links: Sequence[Link], back: str) -> HttpResponse:
    """What is asked for is not there; `lead` leads to what is."""
    return refused(request, 404, title, lead if links else "Nothing of the kind has been seen yet.", links, back)


def no_operator(request: HttpRequest, reason: str, link: Link) -> HttpResponse:
    """The answer to who may look and not change; `reason`: why not everybody may."""
    sentence = f"{reason}, so only operators do that. An account becomes an operator's by manage.py users operator NAME."
    return refused(request, 403, "This needs an operator", sentence, [link], reverse("clusters"))


def no_cluster(request: HttpRequest, slug: str, *, wall: bool = False) -> HttpResponse:
    """The answer to an address of a cluster that is not there: what is there."""
    page = "wall_cluster" if wall else "cluster"
    links = [(head.name, reverse(page, args=[head.slug])) for head in selectors.watched()]
    return missing(request, f"There is no cluster “{slug}” here", "These clusters are watched:", links, reverse("clusters"))


def wrong_time(request: HttpRequest, sentence: str, back: str) -> HttpResponse:
    """The answer to a stretch of time that makes no sense, in a sentence."""
    return refused(request, 400, "This time cannot be shown", sentence, [("The last day", back)])


def wrong_list(request: HttpRequest, sentence: str, link: Link) -> HttpResponse:
    """The answer to a filter of a list that makes no sense, in a sentence."""
    return refused(request, 400, "This list cannot be shown", sentence, [link], reverse("clusters"))
