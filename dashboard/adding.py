"""Adding a cluster in the browser: the ways there are, what is tried, and what of it is kept."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
from django.conf import settings

from planes.doctor.text import text
from planes.store import clusters, fleet, selectors
from planes.up import datadir, kubeconfigs, trial
from planes.up.choice import SERVICE_ACCOUNT, UnreadableError
from planes.up.directory import Directories
from planes.up.hub_words import HubState, last_said
from planes.up.pasted import Pasted, kubeconfig

LONGEST_NAME = 100
#: Kubeconfigs and contexts that the page offers.
_FILES, _CONTEXTS = 50, 500


class WrongError(Exception):
    """What cannot be tried; the sentence says why."""


class Context(msgspec.Struct, frozen=True):
    """A context of a kubeconfig on this machine. `slug`: of the cluster as which it is watched already; empty: it is not."""

    kubeconfig: str
    name: str
    slug: str


class Ways(msgspec.Struct, frozen=True):
    """`complaints`: kubeconfigs that cannot be read. `in_cluster`: whether this runs in a pod with a ServiceAccount; `here`: the
    slug as which that cluster is watched already."""

    contexts: tuple[Context, ...]
    complaints: tuple[str, ...]
    in_cluster: bool
    here: str
    more: int  # contexts beyond those
    directories: tuple[str, ...]  # whose kubeconfigs are watched as they come and go
    hubs: tuple[HubState, ...]  # whose ClusterProfiles are, as the worker found them last


class Told(msgspec.Struct, frozen=True):
    """What was found, in a word (`state`) and in whole. `same`: the cluster as which it is watched already, by another way."""

    state: str
    summary: str
    text: str
    same: selectors.ClusterHead | None = None


def ways() -> Ways:
    """What can be added now."""
    known = _known()
    found: list[Context] = []
    complaints: list[str] = []
    if settings.KUBECONFIG_DIRS:
        complaints += Directories(settings.KUBECONFIG_DIRS, kubeconfigs.of_file).look().complaints
    for path in _files():
        try:
            names = kubeconfigs.read(path).names
        except UnreadableError as error:
            complaints.append(error.sentence)
            continue
        found += [Context(path, name, known.get(("kubeconfig", path, name), "")) for name in names]
    found.sort(key=lambda one: one.slug != "")
    here = next((slug for (source, _, _), slug in known.items() if source == "in-cluster"), "")
    more = max(0, len(found) - _CONTEXTS)
    return Ways(
        tuple(found[:_CONTEXTS]), tuple(complaints), _in_cluster(), here, more, tuple(settings.KUBECONFIG_DIRS), tuple(_hubs())
    )


def begin(typed: Mapping[str, str]) -> str:
    """Try what was typed; returns the trial's id. Raises WrongError, pasted.WrongError, trial.BusyError, OSError."""
    match typed.get("way", ""):
        case "context":
            return _context(typed.get("kubeconfig", ""), typed.get("context", ""))
        case "in-cluster":
            if not _in_cluster():
                raise WrongError("Planewatch does not run in a pod with a ServiceAccount here.")
            return _begin(trial.Tried("in-cluster", "this cluster"))
        case "pasted":
            fields = ("server", "ca", "token", "certificate", "key")
            config = kubeconfig(Pasted(*(typed.get(one, "") for one in fields)))
            name = " ".join(typed.get("name", "").split())
            if not name or len(name) > LONGEST_NAME or not name.isprintable():
                raise WrongError(f"Say what the cluster is to be called, in {LONGEST_NAME} characters at most.")
            return _begin(trial.Tried("kubeconfig", name), config)
    raise WrongError("Choose how the cluster is reached.")


def keep(tried: str) -> str:
    """Watch what was tried; its slug, empty if the trial is over. Raises OSError."""
    declaration = trial.keep(settings.DATA_DIR, tried)
    if declaration is None:
        return ""
    by = datadir.added(datadir.identity(settings.DATA_DIR))
    (added,) = clusters.add([declaration], by)
    fleet.resume(added.slug)  # it may have been stopped: whoever adds it wants it
    return str(added.slug)


def told(found: trial.Trial) -> Told | None:
    """None while nothing has been found yet."""
    if not found.ended:
        return None
    report = found.report
    if report is None:
        return Told("unknown", "The examination ended without an answer.", "\n".join(found.said[-5:]))
    state = {0: "healthy", 1: "degraded", 2: "down"}.get(report.exit, "unknown")
    same = next((one for one in selectors.watched() if report.uid and one.identity == report.uid), None)
    return Told(state, report.summary, text(report, time.time()), same)


def _context(path: str, name: str) -> str:
    if not any(path == one for one in _files()):
        raise WrongError("Choose a context of a kubeconfig that this page names.")
    try:
        names = kubeconfigs.read(path).names
    except UnreadableError as error:
        raise WrongError(error.sentence) from error
    if name not in names:
        raise WrongError("This kubeconfig has no such context any more.")
    return _begin(trial.Tried("kubeconfig", name, path, name))


def _begin(tried: trial.Tried, config: bytes = b"") -> str:
    return trial.begin(settings.DATA_DIR, settings.BASE_DIR, tried, config)


def _files() -> list[str]:
    """Kubeconfigs that may be offered: those that are in use, those that Planewatch was started with, and the usual one. No other
    path is read, whatever is asked for."""
    usual = os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
    mine = str(settings.DATA_DIR)
    used = [head.kubeconfig for head in selectors.watched() if head.source == "kubeconfig" and not head.kubeconfig.startswith(mine)]
    found = dict.fromkeys([*used, *settings.UP_KUBECONFIGS, usual])
    return [one for one in found if all(Path(part).is_file() for part in one.split(os.pathsep))][:_FILES]


def _hubs() -> list[HubState]:
    """Those that are asked for; of one that the worker has not looked at yet, that nothing has come."""
    said = {one.said: one for one in last_said(datadir.hubs(settings.DATA_DIR))}
    return [said.get(word, HubState(word, None, 0, [])) for word in settings.CLUSTER_PROFILES]


def _known() -> dict[tuple[str, str, str], str]:
    return {(head.source, head.kubeconfig, head.context): head.slug for head in selectors.watched()}


def _in_cluster() -> bool:
    return bool(os.environ.get("KUBERNETES_SERVICE_HOST")) and SERVICE_ACCOUNT.exists()
