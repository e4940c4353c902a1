"""What the first requests would otherwise make: the views behind all addresses, and the templates of all pages.

To import the one and compile the other takes most of a second of a core, for which the first after a start waited.
A thread does it while the server already listens; whoever comes meanwhile waits for no more than without it.
"""

from pathlib import Path

from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template
from django.urls import reverse


def names() -> list[str]:
    """The templates of our own pages, as they are asked for."""
    places = [Path(place) for engine in engines.all() if isinstance(engine, DjangoTemplates) for place in engine.dirs]
    return sorted(one.relative_to(place).as_posix() for place in places for one in place.rglob("*.html"))


def warm() -> None:
    """Make it all. Django keeps what it made."""
    reverse("clusters")  # it imports the views of all addresses, as the first request does, behind the same lock
    for name in names():
        get_template(name)
