"""What `manage.py doctor --cluster-profiles` finds of a hub: its ClusterProfiles, and which of their clusters can be asked."""

import msgspec

from planes.doctor.report import Exit, FaultReport, failed
from planes.kube.errors import FaultError
from planes.kube.providers import Providers
from planes.structs.events import FaultKind
from planes.up.hub_words import Hub
from planes.up.hubs import Ask, listed
from planes.up.profiles import made, one_of_each


class ProfileReport(msgspec.Struct, frozen=True):
    """One ClusterProfile, as namespace/name. `watched`: whether there is a way to its cluster, which is not asked here; else
    `because` says why not, and `remedy` what to do."""

    profile: str
    name: str
    labels: dict[str, str]
    watched: bool
    because: str
    remedy: str


class HubReport(msgspec.Struct, frozen=True):
    """`version`: of the API that answered. `more`: more than are read. `unreadable`: objects that are no ClusterProfile."""

    hub: str
    exit: int
    summary: str
    fault: FaultReport | None = None
    version: str = ""
    profiles: tuple[ProfileReport, ...] = ()
    unreadable: tuple[str, ...] = ()
    more: bool = False
    notes: tuple[str, ...] = ()


def report(hub: Hub, providers: Providers, ask: Ask = listed) -> HubReport:
    """Lists them once."""
    try:
        listing = ask(hub)
    except FaultError as error:
        told = failed(error.fault)
        missing = error.fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)
        return HubReport(hub.said, Exit.MISSING if missing else told.exit, told.summary, told.fault)
    found = [(profile, made(profile, providers)) for profile in listing.profiles]
    once, twice = one_of_each([one for _, one in found if one is not None])
    others = {one.context: other.context for one, other in twice}
    told_of = []
    for profile, one in found:
        context = f"{profile.namespace}/{profile.name}"
        if one is None:
            told_of.append(ProfileReport(context[:300], "", {}, False, "Its name is none that an object can have.", ""))
        elif context in others:
            because = f"It is the same cluster as {others[context]}, by its label inventory-member-id."
            told_of.append(ProfileReport(context, one.name, one.labels, False, because, ""))
        else:
            because, remedy = (one.access.message, one.access.remedy) if one.access is not None else ("", "")
            told_of.append(ProfileReport(context, one.name, one.labels, one.access is None, because, remedy))
    rubbish = tuple(f"{one.namespace}/{one.name}"[:300] for one in listing.rubbish)
    asked = sum(one.watched for one in told_of)
    well = asked == len(once) == len(told_of) and not rubbish and not listing.more
    count = f"{len(told_of)} ClusterProfile{'' if len(told_of) == 1 else 's'}"
    summary = f"{count}; there is a way to {asked} of their clusters." if told_of else "The hub has no ClusterProfiles there."
    return HubReport(
        hub.said,
        Exit.WELL if well else Exit.MISSING,
        summary,
        None,
        listing.version,
        tuple(told_of),
        rubbish,
        listing.more,
        providers.notes,
    )


def text(found: HubReport) -> str:
    """For people at a terminal."""
    lines = [f"Hub: {found.hub}"]
    if found.fault is not None:
        return "\n".join([*lines, f"✕ {found.fault.message}", f"  {found.fault.remedy}"])
    lines.append(f"● ClusterProfiles can be listed (multicluster.x-k8s.io/{found.version})")
    for one in found.profiles:
        labels = ", ".join(f"{key}={value}" for key, value in one.labels.items())
        lines.append(
            f"{'●' if one.watched else '○'} {one.profile}" + (f" ({one.name})" if one.name else "") + f"  {labels}".rstrip()
        )
        lines += [f"    {said}" for said in (one.because, one.remedy) if said]
    lines += [f"▲ {one} cannot be read as a ClusterProfile" for one in found.unreadable]
    if found.more:
        lines.append("▲ there are more than are read")
    lines += [f"· {note}" for note in found.notes]
    return _clean("\n".join([*lines, "", found.summary]))


def _clean(said: str) -> str:
    """Without what would steer a terminal: an object's texts are data."""
    return "".join(one if one.isprintable() or one == "\n" else "�" for one in said)
