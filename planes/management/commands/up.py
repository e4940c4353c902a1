"""`manage.py up`: start Planewatch, all of it, and stay in front of it."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from planes.up.choice import MOST_DEMOS, Asked
from planes.up.refusal import Exit, RefusalError
from planes.up.run import Wishes, run


class Command(BaseCommand):
    """Options only; planes/up does the work."""

    help = (
        "Start Planewatch: an embedded Valkey, the workers, the web server and, where no cluster is to be watched, a demo cluster. "
        "Watches what --kubeconfig, --context and --all-contexts say; else the cluster of the pod it runs in; else KUBECONFIG or "
        "~/.kube/config; else the demo cluster."
    )
    requires_system_checks: list[str] = []  # `make lint` runs them; they would delay every start

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--kubeconfig", action="append", metavar="FILE", help="watch this kubeconfig's current context; may be repeated")
        add("--context", action="append", metavar="NAME", help="watch this context; may be repeated")
        add("--all-contexts", action="store_true", default=settings.UP_ALL_CONTEXTS, help="watch every context of the kubeconfig")
        add(
            "--kubeconfig-dir",
            action="append",
            metavar="DIR",
            help="watch the kubeconfigs in it, as they come and go; may be repeated",
        )
        add(
            "--cluster-profiles",
            action="append",
            metavar="CONTEXT[/NAMESPACE]",
            help="watch what the ClusterProfiles of this hub name, as they come and go (in-cluster: of this cluster); repeatable",
        )
        add(
            "--clusterprofile-provider-file",
            default=settings.CLUSTERPROFILE_PROVIDER_FILE,
            metavar="FILE",
            help="which commands give credentials for the access providers that ClusterProfiles name (KEP-5339)",
        )
        add("--demo", action="store_true", default=settings.UP_DEMO, help="watch a simulated cluster")
        add(
            "--demo-clusters",
            type=_within(1, MOST_DEMOS),
            default=settings.UP_DEMO_CLUSTERS,
            metavar="N",
            help="watch so many simulated clusters; only the first breaks something by itself (default: %(default)s)",
        )
        add("--nodes", type=_within(1, 5000), default=settings.UP_DEMO_NODES, metavar="N", help="nodes of the demo cluster")
        add("--pods", type=_within(1, 150_000), default=settings.UP_DEMO_PODS, metavar="N", help="pods of the demo cluster")
        add(
            "--no-story",
            action="store_true",
            default=not settings.UP_DEMO_STORY,
            help="break nothing in the demo cluster until told to",
        )
        add("--bind", default=settings.UP_BIND, metavar="ADDRESS", help="listen on this address (default: %(default)s)")
        add(
            "--port",
            type=_within(0, 65535),
            default=settings.UP_PORT,
            help="listen on this port (default: 8765, or the next free one)",
        )
        # Taken off the command line before settings are read (planes/up/early.py); named here for --help.
        add("--data-dir", metavar="DIR", help=f"keep everything here (now: {settings.DATA_DIR})")
        add("--database-url", metavar="URL", help="postgresql://user:password@host/name instead of SQLite; better as DATABASE_URL")
        add("--redis-url", metavar="URL", help="redis://host:6379/0 instead of an embedded Valkey; better as REDIS_URL")

    def handle(
        self,
        *args: str,
        kubeconfig: list[str] | None,
        kubeconfig_dir: list[str] | None,
        cluster_profiles: list[str] | None,
        clusterprofile_provider_file: str,
        context: list[str] | None,
        all_contexts: bool,
        demo: bool,
        demo_clusters: int,
        nodes: int,
        pods: int,
        no_story: bool,
        bind: str,
        port: int,
        **options: object,
    ) -> None:
        # What the command line says of clusters stands alone: PLANEWATCH_CONTEXT is not mixed with --kubeconfig.
        said = bool(kubeconfig or context)
        asked = Asked(
            kubeconfigs=tuple(kubeconfig or (() if said else settings.UP_KUBECONFIGS)),
            contexts=tuple(context or (() if said else settings.UP_CONTEXTS)),
            all_contexts=all_contexts,
            directories=tuple(_absolute(one) for one in kubeconfig_dir or settings.KUBECONFIG_DIRS),
            profiles=tuple(cluster_profiles or settings.CLUSTER_PROFILES),
            provider_file=_absolute(clusterprofile_provider_file) if clusterprofile_provider_file else "",
            demo=demo or demo_clusters > 1,
            demo_clusters=demo_clusters,
        )
        wishes = Wishes(asked=asked, bind=bind, port=port, nodes=nodes, pods=pods, story=not no_story, home=Path.home())
        try:
            code = run(wishes, self._say)
        except RefusalError as refusal:
            self.stderr.write(f"planewatch: {refusal}")
            code = refusal.code
        if code is not Exit.STOPPED:
            sys.exit(code)

    def _say(self, text: str) -> None:
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except OSError:
            return  # whoever read along has gone; the parts go on


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _within(low: int, high: int) -> "type[int]":
    """An integer within bounds, for argparse."""

    class Within(int):
        def __new__(cls, text: str) -> "Within":
            value = super().__new__(cls, text)
            if not low <= value <= high:
                raise ValueError
            return value

    Within.__name__ = f"number from {low} to {high}"
    return Within
