"""Hubs whose ClusterProfiles are watched: their clusters come, change and go with the objects.

A hub is a context of a kubeconfig, or the cluster that we are a pod of. It is listed again and again, by the worker for short jobs;
of each object a kubeconfig of ours is written (profiles.py), which is watched as any other. A hub that does not answer, or answers
nonsense, ends no cluster, nor does an object that cannot be read; an object that is gone does.
"""

import asyncio
import hashlib
import logging
import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from planes.kube import profiles, providers
from planes.kube.backoff import FaultBackoff
from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.profiles import Listing
from planes.kube.providers import Providers
from planes.store import clusters
from planes.store.clusters import Declaration, declare
from planes.up import hub_words, kubeconfigs
from planes.up.hub_words import Hub, HubState
from planes.up.profiles import LONGEST_CONTEXT, Made, made, one_of_each
from planes.up.refusal import Exit, RefusalError

logger = logging.getLogger(__name__)

#: Seconds from one list of a hub to the next, give or take a tenth.
EVERY = 30.0
#: Complaints of one hub that are kept and shown.
MOST_SAID = 50

Ask = Callable[[Hub], Listing]


def listed(hub: Hub) -> Listing:
    """Asks the hub, within a limit. Raises FaultError."""
    return asyncio.run(profiles.listed(Target(hub.kubeconfig, hub.context, hub.in_cluster), hub.namespace))


def checked(words: Sequence[str], kubeconfigs_named: Sequence[str], provider_file: str) -> tuple[Hub, ...]:
    """The hubs that the words name. Raises RefusalError where one is none, or the provider file is of no use."""
    found = tuple(hub_words.hub(word, kubeconfigs_named, kubeconfigs.read) for word in words)
    read_providers(provider_file)
    return found


def read_providers(path: str) -> Providers:
    """Of no file: none. Raises RefusalError."""
    try:
        return providers.read(Path(path)) if path else Providers({})
    except FaultError as error:
        remedy = f"{error.fault.remedy} It is named by --clusterprofile-provider-file."
        raise RefusalError(error.fault.message, remedy, Exit.USAGE) from error


@dataclass(slots=True)
class _Asked:
    """One hub. `due`: when it is asked next, on the clock of `look`. `said` stays until it is asked again."""

    hub: Hub
    backoff: FaultBackoff
    due: float = float("-inf")
    listing: Listing | None = None
    read_at: float | None = None
    fault: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    declarations: list[Declaration] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # paths, of files and of folders, of which nothing can be said now


class Hubs:
    """Asked when it is time. `place`: the folder of the kubeconfigs that are written. Not for two threads at once."""

    def __init__(
        self, hubs: Sequence[Hub], provider_file: str, place: Path, *, ask: Ask = listed, rng: random.Random | None = None
    ) -> None:
        self._rng = rng or random.Random()  # noqa: S311 -- it spreads waits, and keeps no secret
        self._asked = [_Asked(one, FaultBackoff(self._rng)) for one in hubs]
        self._provider_file = provider_file
        self._place = place
        self._ask = ask
        self._logged: set[str] = set()
        self._providers: Providers | None = None
        self._unread = ""  # why the provider file is of no use, while `_providers` is None
        self._mark: tuple[int, ...] | None = None

    def declare(self, by: str, now: float, wall: float) -> bool:
        """Watch what the hubs name now, and no more what has gone; False where it is not yet time. `now`: monotonic seconds;
        `wall`: epoch seconds. Raises django.db.Error and OSError."""
        due = [one for one in self._asked if one.due <= now]
        if not self._look_at_providers() and not due:
            return False
        for one in due:
            self._list(one, now, wall)
        before = clusters.declared_by(by)
        wanted: list[Declaration] = []
        for one in self._asked:
            told = self._wanted(one)
            named = {each.kubeconfig for each in told.declarations}
            wanted += told.declarations
            wanted += [each for each in before if each.kubeconfig not in named and _below(each.kubeconfig, told.kept)]
        declare(wanted, by)
        self._sweep({one.kubeconfig for one in wanted})
        self._say()
        return True

    def _look_at_providers(self) -> bool:
        """Whether the provider file is another than before."""
        mark = _mark(self._provider_file)
        if mark == self._mark:
            return False
        self._mark = mark
        try:
            self._providers = read_providers(self._provider_file)
        except RefusalError as refusal:
            self._providers, self._unread = None, str(refusal)
        else:
            self._log(self._providers.notes)
        return True

    def _list(self, one: _Asked, now: float, wall: float) -> None:
        try:
            one.listing = self._ask(one.hub)
        except FaultError as error:
            one.listing = None
            one.fault = f"{error.fault.message} {error.fault.remedy}".strip()
            one.due = now + one.backoff.failed(error.fault)
            return
        one.backoff.succeeded()
        one.fault, one.read_at = "", wall
        one.due = now + EVERY * self._rng.uniform(0.9, 1.1)

    def _wanted(self, one: _Asked) -> _Wanted:
        """What a hub names; it writes the kubeconfigs."""
        folder = self._place / one.hub.id
        if one.listing is None or self._providers is None:
            why = one.fault if one.listing is None else self._unread
            one.said = (f"The hub {one.hub.said}: {why}",) if why else ()
            return _Wanted(kept=[str(folder)])
        found: list[Made] = []
        said: list[str] = []
        kept: list[str] = []
        for profile in one.listing.profiles:
            if (told := made(profile, self._providers)) is not None:
                found.append(told)
            else:
                said.append(f"An object of {one.hub.said} has no name that a ClusterProfile can have.")
        for rubbish in one.listing.rubbish:
            context = f"{rubbish.namespace}/{rubbish.name}"
            said.append(f"The object {context[:200]} of {one.hub.said} cannot be read as a ClusterProfile.")
            kept.append(str(_file(folder, context)))
        if one.listing.more:
            said.append(f"{one.hub.said} has more than {profiles.MOST} ClusterProfiles; the first {profiles.MOST} are read.")
            kept.append(str(folder))
        once, twice = one_of_each(found)
        said += [f"{a.context} of {one.hub.said} is the same cluster as {b.context}, and is not watched twice." for a, b in twice]
        one.said = tuple(said[:MOST_SAID])
        alike = Counter(each.name for each in once)
        names = [each.name if alike[each.name] == 1 else f"{each.name} · {each.context}" for each in once]
        return _Wanted([_written(folder, each, name[:LONGEST_CONTEXT]) for each, name in zip(once, names, strict=True)], kept)

    def _sweep(self, wanted: set[str]) -> None:
        """Remove the kubeconfigs of clusters that are not watched any more."""
        with suppress(OSError):
            for file in self._place.glob("*/*"):
                if str(file) not in wanted:
                    file.unlink(missing_ok=True)

    def _say(self) -> None:
        states = [
            HubState(one.hub.said, one.read_at, len(one.listing.profiles) if one.listing else 0, list(one.said))
            for one in self._asked
        ]
        _write(self._place / hub_words.SAID, msgspec.json.encode(states))
        self._log([said for one in self._asked for said in one.said])

    def _log(self, said: Iterable[str]) -> None:
        """What has not been said before."""
        for one in said:
            if one not in self._logged:
                logger.warning("Left out: %s", one)
        self._logged |= set(said)
        if len(self._logged) > MOST_SAID * 20:
            self._logged = set(said)


def _written(folder: Path, one: Made, name: str) -> Declaration:
    path = _file(folder, one.context)
    try:
        same = path.read_bytes() == one.kubeconfig
    except OSError:
        same = False
    if not same:
        _write(path, one.kubeconfig)
    return Declaration("kubeconfig", name, str(path), one.context, one.labels)


def _file(folder: Path, context: str) -> Path:
    return folder / hashlib.sha256(context.encode()).hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    """For its owner alone, and whole from the first moment on. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)


def _below(path: str, kept: Iterable[str]) -> bool:
    return any(path == one or str(Path(path).parent) == one for one in kept)


def _mark(path: str) -> tuple[int, ...]:
    try:
        state = Path(path).stat() if path else None
    except OSError:
        return (0,)
    return (state.st_mtime_ns, state.st_size, state.st_ino) if state is not None else ()
