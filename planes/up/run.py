"""One run of `manage.py up`, from the choice of clusters to the last part's end."""

import asyncio
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from planes.store.clusters import Declaration, declare
from planes.up import address, database, datadir, kubeconfigs, limits, parts, redis
from planes.up.choice import Around, Asked, Choice, absolute, choose
from planes.up.choice import kubeconfigs as kubeconfigs_of
from planes.up.output import Say
from planes.up.part import Recipe
from planes.up.refusal import Exit
from planes.up.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the options say, beyond the settings. A port, nodes or pods of 0: the default."""

    asked: Asked
    bind: str
    port: int
    nodes: int
    pods: int
    story: bool
    home: Path


#: Nodes of the demo clusters after the first, in turn.
_NODES = (12, 6, 24, 9, 3)
#: Clusters that may be added while it runs, where it watches more than a worker usually has room for.
_SPARE = 4
#: The order of stopping, last first: the web server, the workers, the demo cluster, Valkey.
_VALKEY, _DEMO, _WORKERS, _WEB = range(4)


def run(wishes: Wishes, say: Say) -> Exit:
    """Start, supervise, stop. Raises RefusalError for what cannot be started."""
    data_dir: Path = settings.DATA_DIR
    os.umask(0o077)
    datadir.prepare(data_dir)
    with datadir.Lock(data_dir) as lock:
        around = Around(os.environ, wishes.home)
        choice = choose(wishes.asked, around, data_dir / "demo", kubeconfigs.read)
        if wishes.asked.profiles:
            from planes.up import hubs  # the Kubernetes client takes half a second to import

            hubs.checked(wishes.asked.profiles, kubeconfigs_of(wishes.asked, around), wishes.asked.provider_file)
        if not settings.REDIS_IS_EMBEDDED:
            redis.reach(settings.REDIS_URL)
        listening, moved = address.listen(wishes.bind, wishes.port)
        with listening:
            base_url = address.url(listening, bind=wishes.bind)
            say(f"Watching {choice.why}.")
            for complaint in choice.complaints:
                say(f"Left out: {complaint}")
            limits.raise_descriptors()
            if moved:
                say(f"Port {address.DEFAULT_PORT} is in use by another program; this is on {listening.getsockname()[1]}.")
            if address.is_beyond_this_machine(listening):
                say("Other machines can reach this address, over plain HTTP: put TLS in front of it (docs/running.md).")
            base_url = settings.UP_URL or base_url
            lock.say(base_url)
            return asyncio.run(_supervise(wishes, choice, listening, base_url, say))


async def _supervise(wishes: Wishes, choice: Choice, listening: socket.socket, base_url: str, say: Say) -> Exit:
    supervisor = Supervisor(settings.DATA_DIR / "log", say, settings.DATA_DIR)
    identity = datadir.identity(settings.DATA_DIR)
    plan = parts.Plan(
        base_dir=settings.BASE_DIR,
        data_dir=settings.DATA_DIR,
        environ={
            "PLANEWATCH_DATA_DIR": str(settings.DATA_DIR),
            "PLANEWATCH_ALLOWED_HOSTS": ",".join(address.allowed_hosts(wishes.bind, settings.ALLOWED_HOSTS)),
            "PLANEWATCH_PORT": str(listening.getsockname()[1]),
            "PLANEWATCH_CLUSTERS_PER_WORKER": str(max(settings.CLUSTERS_PER_WORKER, len(choice.watched) + _SPARE)),
            "PLANEWATCH_KUBECONFIG_DIRS": ",".join(wishes.asked.directories),
            "PLANEWATCH_CLUSTER_PROFILES": ",".join(wishes.asked.profiles),
            "PLANEWATCH_CLUSTERPROFILE_PROVIDER_FILE": wishes.asked.provider_file,
            "PYTHONUNBUFFERED": "1",
            # Where the workers find hubs, and the page that adds clusters its kubeconfigs.
            "PLANEWATCH_KUBECONFIG": ",".join(absolute(wishes.asked.kubeconfigs)),
            **({"PLANEWATCH_DECLARED_BY": ",".join(datadir.declaring(identity))} if settings.REDIS_IS_EMBEDDED else {}),
        },
    )

    async def begin() -> None:
        valkey = None
        if settings.REDIS_IS_EMBEDDED:
            path = Path(settings.REDIS_URL.removeprefix("unix://"))
            redis.make_place(path, settings.DATA_DIR)
            valkey = supervisor.start(parts.valkey(plan, path), stage=_VALKEY)
        demos = [supervisor.start(recipe, stage=_DEMO) for recipe in _demos(plan, wishes, choice)]
        await asyncio.to_thread(database.prepare, say)
        web = supervisor.start(parts.web(plan, listening), stage=_WEB)
        await asyncio.to_thread(_declare, wishes.asked, choice, identity)
        # The workers come when there is something to talk to: a collector that starts before the demo cluster listens would call
        # it refused.
        for part in (valkey, *demos):
            if part is not None:
                await supervisor.settled(part)
        supervisor.start(parts.watch(plan), stage=_WORKERS)
        supervisor.start(parts.jobs(plan), stage=_WORKERS)
        link = await asyncio.to_thread(_sign_in_link, base_url)
        await supervisor.settled(web)
        say(f"\n  Open {link}\n  It signs you in once and is valid for 15 min; `make signin` prints another.\n")
        say(f"Data and logs are in {settings.DATA_DIR}. ctrl-C stops Planewatch.")

    return await supervisor.run(begin)


def _demos(plan: parts.Plan, wishes: Wishes, choice: Choice) -> Iterator[Recipe]:
    """Of several, those after the first are smaller where nobody has said how large they are to be."""
    found = [Path(one.kubeconfig) for one in choice.watched if one.source == "demo"]
    for number, kubeconfig in enumerate(found, start=1):
        nodes = wishes.nodes or (0 if number == 1 else _NODES[number % len(_NODES)])
        yield parts.demo(
            plan, kubeconfig, number, nodes=nodes, pods=wishes.pods, story=wishes.story and number == 1, port=parts.free_port()
        )


def _declare(asked: Asked, choice: Choice, by: str) -> None:
    """What directories and hubs name is declared by the worker; what they named before, and are asked no more for, by nobody."""
    try:
        if not asked.directories:
            declare((), datadir.found(by))
        if not asked.profiles:
            declare((), datadir.profiled(by))
        declare((Declaration(one.source, one.name, one.kubeconfig, one.context) for one in choice.watched), by)
    finally:
        connections.close_all()


def _sign_in_link(base_url: str) -> str:
    """Made by the dashboard, which nothing in `planes` imports: a setting names the function."""
    try:
        link: str = import_string(settings.UP_SIGN_IN_LINK)(base_url)
        return link
    finally:
        connections.close_all()
