"""A preflight for one cluster: is it reachable, who are we there, what may we, and what will not be seen, and why.

Everything is asked once, by the parts that a collector uses, and put together into a `Report`. Each question has its time limit in
planes.kube; `LIMIT` bounds the whole, and what has not been answered by then is said to be so.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import SELECTORS, new_cache
from planes.components.rbac import OURS, subject
from planes.components.verdict_builder import sentence
from planes.doctor import dialling
from planes.doctor.dialling import Dialled
from planes.doctor.report import Exit, HiddenReport, Report, RightReport, failed
from planes.kube import access, discovery, feeds, quick_list, watch_trial
from planes.kube.access import Identity, Permission, Question
from planes.kube.clock import monotonic
from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.identity import Identity as WhichCluster
from planes.kube.link import Link, open_link
from planes.kube.probes import HealthProbe, VersionProbe
from planes.kube.reflector import POLL_EVERY, POLL_LONGEST
from planes.kube.watch_trial import Trial
from planes.structs.events import Fault, FaultKind, Health, Listed, Served, Server, SourceEvent
from planes.structs.feeds import FEEDS, OPENSHIFT, RHYTHM, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Node
from planes.structs.rights import Right, wanted
from planes.structs.rows import FaultRow
from planes.structs.thresholds import DEFAULT
from planes.structs.time_tokens import duration, render
from planes.structs.verdicts import State

#: Seconds for the whole.
LIMIT = 30.0
#: Seconds for closing connections.
CLOSING = 1.5
#: Rights asked at the same time.
AT_ONCE = 6

Say = Callable[[str], None]


async def examine(
    target: Target,
    chosen: str,
    say: Say,
    *,
    clock: Callable[[], Mono] = monotonic,
    wall: Callable[[], float] = time.time,
    limit: float = LIMIT,
) -> Report:
    """Examine the cluster; `chosen` says which and why, `say` is told what is being done. Raises nothing but defects."""
    say("Signing in …")
    try:
        link = await open_link(target, clock=clock, wall=wall)
    except FaultError as exc:
        return failed(exc.fault, chosen)
    examination = _Examination(link, say, clock, wall)
    try:
        async with asyncio.timeout(limit):
            await examination.run()
    except TimeoutError:
        examination.cut = True
    finally:
        try:
            async with asyncio.timeout(CLOSING):
                await link.close()
        except TimeoutError:
            say("Closing the connections takes too long; they are left open.")
    return examination.report(chosen, limit)


class _Examination:
    """One look at one cluster, step by step; `report` tells what was learnt so far."""

    def __init__(self, link: Link, say: Say, clock: Callable[[], Mono], wall: Callable[[], float]) -> None:
        self._link = link
        self._say = say
        self._clock = clock
        self._wall = wall
        self._picture = new_cache()
        self._assessor = Assessor(self._picture)
        self._events: dict[str, SourceEvent] = {}
        self._identity: Identity | None = None
        self._which = WhichCluster("")
        self._rights: list[tuple[Right, dict[str, Permission]]] = []
        self._openshift: tuple[str, ...] = ()
        self._latency: float | None = None
        self._fault: Fault | None = None
        self._watches: Trial | None = None
        self._dialled: Sequence[Dialled] = ()
        self.cut = False

    async def run(self) -> None:
        """Ask everything. Ends early where there is nobody to ask."""
        self._say(f"Asking {self._link.server} …")
        await VersionProbe(self._link, clock=self._clock).step(self._take)
        self._fault = self._blocking()
        if self._fault is not None:
            return
        started = self._clock()
        async with asyncio.TaskGroup() as tasks:
            for path in ("/livez", "/readyz"):
                tasks.create_task(self._probe(path))
        seen = self._events.get("/livez")
        if isinstance(seen, Health):
            self._latency = seen.took if seen.took else self._clock() - started
        self._fault = self._blocking()
        if self._fault is not None:
            return
        self._identity = await access.who(self._link)
        await self._which.ask(self._link)
        found = await discovery.discover(self._link, asyncio.sleep)
        self._openshift = found.namespaces
        if found.served is not None:
            await self._take(found.served)
        parts = feeds.parts(self._openshift)
        self._say("Looking at what can be listed, and asking for our rights …")
        async with asyncio.TaskGroup() as tasks:  # a list may hang where the state store does; reviews are answered all the same
            for feed, listed in parts.items():
                if FEEDS[feed].quick:
                    tasks.create_task(self._look(feed, listed))
            tasks.create_task(self._ask_rights())
            tasks.create_task(self._try_watch(parts[Feed.SYSTEM_LEASES][0]))
        slices = self._events.get(Feed.APISERVER_ENDPOINTS)
        self._dialled = await dialling.try_each(self._link, slices.items if isinstance(slices, Listed) else [])

    async def _try_watch(self, part: feeds.Part) -> None:
        self._watches = await watch_trial.try_watch(self._link, part)

    async def _probe(self, path: str) -> None:
        await HealthProbe(path, self._link, clock=self._clock).step(self._take)

    async def _look(self, feed: Feed, parts: list[feeds.Part]) -> None:
        await self._take(await quick_list.look(self._link, feed, parts, SELECTORS))

    async def _take(self, event: SourceEvent) -> None:
        self._picture.apply(event)
        self._events[_name(event)] = event

    def _blocking(self) -> Fault | None:
        """The fault that leaves nobody to ask: of the sign-in, of the way, or of a server that is no API server."""
        version, livez = self._events.get("/version"), self._events.get("/livez")
        fault = version.fault if isinstance(version, Server) else None
        if fault is None or fault.kind is FaultKind.FORBIDDEN:
            return None
        if fault.kind is not FaultKind.NOT_SERVED:
            return fault
        if not isinstance(livez, Health):
            return None
        if livez.checks or (livez.fault is not None and livez.fault.kind is FaultKind.FORBIDDEN):
            return None
        message = f"{self._link.server} serves neither /version nor /livez, so it is not a Kubernetes API server."
        return Fault(FaultKind.NOT_KUBERNETES, message, "Check the server address in the kubeconfig, and proxies on the way to it.")

    # --- rights ---------------------------------------------------------------------------------------------------------------

    async def _ask_rights(self) -> None:
        rights = wanted(OPENSHIFT if self._openshift else "", self._openshift)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(right: Right, verb: str) -> Permission:
            async with gate:
                return await access.may(self._link, _question(right, verb))

        async def all_verbs(right: Right, found: dict[str, Permission]) -> None:
            for verb in right.verbs:
                found[verb] = await one(right, verb)

        async with asyncio.TaskGroup() as tasks:
            for right in rights:
                found: dict[str, Permission] = {}
                self._rights.append((right, found))
                tasks.create_task(all_verbs(right, found))

    def _right(self, right: Right, found: dict[str, Permission]) -> RightReport:
        lacking = [verb for verb in right.verbs if verb in found and found[verb].allowed is False]
        unsure = next((one for verb in right.verbs if (one := found.get(verb)) is None or one.allowed is None), None)
        open_ = any(found.get(verb) is None or found[verb].allowed is None for verb in right.verbs)
        tried = any(one.by_trying for one in found.values())
        served = all(one.served for one in found.values()) and self._is_served(right)
        said = ""
        if open_ and not lacking:
            said = (
                sentence(unsure.fault.message)
                if unsure is not None and unsure.fault is not None
                else "There was no answer in time."
            )
        allowed = False if lacking else None if open_ else True
        how = "" if not found else "try" if tried else "review"
        return RightReport(right.name, right.of, allowed, lacking, how, served, right.lack(lacking) if lacking else "", said)

    def _is_served(self, right: Right) -> bool:
        """Whether what the right is for was found not to be there: a review allows what is not installed."""
        if right.group != "metrics.k8s.io":
            return True
        listed = self._events.get(Feed.API_SERVICES)
        if not isinstance(listed, Listed):
            return True
        return any(item.metadata.name == "v1beta1.metrics.k8s.io" for item in listed.items)

    # --- the report -----------------------------------------------------------------------------------------------------------

    def report(self, chosen: str, limit: float) -> Report:
        """All that was learnt."""
        if self._fault is not None:
            report = failed(self._fault, chosen)
            report.server = self._link.server
            return report
        now, wall = self._clock(), self._wall()
        frame = self._assessor.frame(now, Epoch(wall), full=True)
        report = Report(chosen=chosen, server=self._link.server, uid=self._which.known, tls=self._link.server.startswith("https"))
        certificate = self._link.certificate()
        report.certificate_not_after = certificate.ends if certificate is not None else None
        report.latency_ms = round(self._latency * 1000, 1) if self._latency is not None else None
        self._tell_server(report)
        self._tell_identity(report)
        self._tell_watches(report)
        report.rights = [self._right(right, found) for right, found in self._rights]
        report.hidden = [
            HiddenReport(row.kind, render(row.because, wall))
            for row in frame.components
            if row.state == State.NOT_OBSERVABLE and not row.because.startswith("Waiting")
        ]
        if frame.cluster is not None:
            report.distribution = frame.cluster.distribution
            report.notes += _not_had(frame.cluster.missing)
        if report.clock_skew is not None and abs(report.clock_skew) >= DEFAULT.clock_skew:
            ahead = "ahead of" if report.clock_skew > 0 else "behind"
            apart = duration(round(abs(report.clock_skew)))
            report.notes.append(f"The cluster's clock is {apart} {ahead} ours. No verdict rests on it; set one right.")
        report.notes += dialling.told(self._dialled)
        if self.cut:
            report.notes.append(f"Not everything was answered within {limit:g} s.")
        self._conclude(report)
        return report

    def _tell_server(self, report: Report) -> None:
        version = self._events.get("/version")
        if isinstance(version, Server):
            report.version, report.platform, report.clock_skew = version.git_version, version.platform, version.clock_skew
            if version.fault is not None:
                report.notes.append(sentence(version.fault.message))
        for path in ("/livez", "/readyz"):
            seen = self._events.get(path)
            if isinstance(seen, Health):
                report.health[path] = _health(seen)
        listed = self._events.get(Feed.NODES)
        nodes = [item for item in listed.items if isinstance(item, Node)] if isinstance(listed, Listed) else []
        report.nodes_seen = len(nodes)
        for name, versions in (
            ("kubelet", (node.status.nodeInfo.kubeletVersion for node in nodes)),
            ("container runtime", (node.status.nodeInfo.containerRuntimeVersion for node in nodes)),
        ):
            if nodes:
                report.versions[name] = dict(Counter(versions).most_common())

    def _tell_watches(self, report: Report) -> None:
        trial = self._watches
        if trial is None or trial.delivers is None:
            report.watches = f"not known: {trial.why if trial is not None else 'it was not answered in time'}"
        elif trial.delivers:
            report.watches = "deliver"
        else:
            report.watches = f"do not work: {trial.why}"
            lists = f"leases every {RHYTHM:g} s, everything else every {POLL_EVERY:g} to {POLL_LONGEST:g} s"
            report.notes.append(
                f"Watches do not work on the path to this cluster: {trial.why}. Planewatch polls instead: {lists}. "
                "Look at proxies and load balancers on the path."
            )

    def _tell_identity(self, report: Report) -> None:
        identity = self._identity
        if identity is None:
            report.user_said = "Who we are was not asked in time."
        elif identity.name:
            report.user, report.groups = identity.name, list(identity.groups)
        elif identity.fault is not None and identity.fault.kind is FaultKind.NOT_SERVED:
            report.user_said = "This API server does not say who we are: it is older than Kubernetes 1.27."
        elif identity.fault is not None:
            report.user_said = f"Who we are is not known: {sentence(identity.fault.message)}"

    def _conclude(self, report: Report) -> None:
        missing = [one for one in report.rights if one.allowed is False]
        untold = [one for one in report.rights if one.allowed is None and one.served]
        failing = [f"{path} {said}" for path, said in report.health.items() if said.startswith("fails")]
        report.exit = Exit.MISSING if missing or failing else Exit.CANNOT_TELL if untold or self.cut else Exit.WELL
        parts = []
        if missing:
            parts.append(f"{len(missing)} of {len(report.rights)} rights {'is' if len(missing) == 1 else 'are'} missing")
            report.grant = _grant(report.user, bool(self._openshift))
        parts += failing
        if untold:
            parts.append(f"{len(untold)} of {len(report.rights)} rights {'is' if len(untold) == 1 else 'are'} not known")
        elif self.cut:
            parts.append("not everything was answered in time")
        report.summary = sentence("; ".join(parts)) if parts else "All is well: Planewatch can see everything it needs."


def _name(event: SourceEvent) -> str:
    if isinstance(event, Server):
        return "/version"
    if isinstance(event, Served):
        return "/apis"
    return event.path if isinstance(event, Health) else str(getattr(event, "feed", ""))


def _question(right: Right, verb: str) -> Question:
    return Question(verb, right.group, right.resource, right.namespace, right.path, right.tried)


def _health(seen: Health) -> str:
    """ "passes, 42 checks", "fails: etcd (context deadline exceeded)", or why there is no answer."""
    if seen.fault is not None:
        return (
            f"is not permitted: {seen.fault.message}" if seen.fault.kind is FaultKind.FORBIDDEN else f"fails: {seen.fault.message}"
        )
    bad = [f"{check.name} ({check.reason})" if check.reason else check.name for check in seen.checks if not check.ok]
    if bad or seen.status != 200:
        return f"fails: {', '.join(bad) or seen.status}"
    return f"passes, {len(seen.checks)} checks" if seen.checks else "passes"


def _not_had(missing: Iterable[FaultRow]) -> list[str]:
    """What this API server does not serve, and watches that the way to it does not let through."""
    return [f"{row.message} {row.remedy}" for row in missing if row.kind in (FaultKind.NOT_SERVED, FaultKind.CLOSED)]


def _grant(user: str, openshift: bool) -> str:
    """The command that grants what is missing to whom we are."""
    more = " --openshift" if openshift else ""
    if user and subject(user) != OURS:
        quoted = "'" + user.replace("'", "'\\''") + "'"
        more += f" --user {quoted}"
    return f".venv/bin/python manage.py doctor --rbac{more} | kubectl apply -f -"
