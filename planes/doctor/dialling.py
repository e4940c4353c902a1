"""Can each API server be dialled by itself? Asked without saying who we are: that it can be done is told before it is wanted."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planes.components.verdict_builder import sentence
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.kube.metrics_apart import MOST, Place, places_of
from planes.structs.objects import Item

#: Seconds for one of them; all are asked at once.
LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class Dialled:
    """One address, and why it cannot be dialled; empty if it can."""

    place: Place
    why: str


async def try_each(link: Link, slices: Iterable[Item]) -> list[Dialled]:
    """Dial each server that the slices of default/kubernetes list; none where there is only one."""
    places = sorted({place for one in slices for place in places_of(one)})[:MOST]
    return list(await asyncio.gather(*(_try(link, place) for place in places))) if len(places) > 1 else []


async def _try(link: Link, place: Place) -> Dialled:
    try:
        await link.dial(place, "/version", limit=LIMIT, accept="application/json", named=False)
    except FaultError as exc:
        return Dialled(place, exc.fault.message)
    return Dialled(place, "")


def told(found: Sequence[Dialled]) -> list[str]:
    """What is to be said of it."""
    if not found:
        return []
    answered = [one for one in found if not one.why]
    count, all_of = len(answered), len(found)
    if not answered:
        return [f"None of the {all_of} API servers can be dialled by itself: {sentence(found[0].why)} {_DEALT}"]
    each = "Each" if count == all_of else f"{count}"
    said = f"{each} of the {all_of} API servers can be dialled by itself, which gives the figures of each: {_HOW}"
    failing = next((one for one in found if one.why), None)
    return [said if failing is None else f"{said} Not the one at {failing.place[0]}: {sentence(failing.why)}"]


_HOW = "set PLANEWATCH_DIAL_APISERVERS to the name of the cluster."
_DEALT = "Their figures come from scrapes that a load balancer deals."
