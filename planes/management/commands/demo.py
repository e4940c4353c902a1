"""`manage.py demo`: run a simulated cluster, and break and mend it while it runs."""

import asyncio
import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from planes.demo.build import Shape
from planes.demo.control import ControlError, ask
from planes.demo.serving import Demo, Options, PortError

MOST_NODES = 10_000
MOST_PODS_A_NODE = 100
MOST_POD_CHANGES = 1000.0


class Command(BaseCommand):
    help = "Runs a simulated Kubernetes cluster, and breaks and mends it while it runs."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="serve|list|inject|heal")
        serve = verbs.add_parser("serve", help="run the simulated cluster until it is stopped")
        serve.add_argument("--port", type=int, default=0, help="port of the API server; 0, the default, takes a free one")
        serve.add_argument("--nodes", type=int, default=Shape.nodes, help=f"number of nodes, {Shape.nodes} by default")
        serve.add_argument("--pods", type=int, default=None, help="number of pods, 20 a node by default")
        serve.add_argument("--seed", type=int, default=Shape.seed, help="the same seed gives the same cluster")
        serve.add_argument("--pod-changes", type=float, default=None, help="pod changes a second; by default as the size suggests")
        serve.add_argument("--profiles", default="", metavar="DIR", help="serve the ClusterProfiles that lie here as *.json files")
        serve.add_argument("--no-story", action="store_true", help="break nothing until told to")
        listing = verbs.add_parser("list", help="show the faults, and which are active")
        inject = verbs.add_parser("inject", help="break something")
        inject.add_argument("name", help="a fault, as `demo list` names it")
        inject.add_argument("--node", default="", help="on which node; a random healthy one by default")
        heal = verbs.add_parser("heal", help="mend it again")
        heal.add_argument("name", nargs="?", default="", help="a fault")
        heal.add_argument("--node", default="", help="on this node only")
        heal.add_argument("--all", action="store_true", help="mend everything")
        for verb in (serve, listing, inject, heal):
            verb.add_argument("--dir", default="", help="where the demo keeps its kubeconfig; <data directory>/demo by default")

    def handle(self, *args: Any, **options: Any) -> None:
        directory = Path(options["dir"]).absolute() if options["dir"] else Path(settings.DATA_DIR) / "demo"
        verb = options["verb"]
        try:
            if verb == "serve":
                self._serve(directory, options)
            elif verb == "list":
                self._list(directory)
            elif verb == "inject":
                self.stdout.write(ask(directory, "inject", options["name"], options["node"]).said)
            elif options["all"] or options["name"]:
                self.stdout.write(ask(directory, "heal", "--all" if options["all"] else options["name"], options["node"]).said)
            else:
                raise CommandError("Name a fault to heal, or use --all.")
        except ControlError as error:
            raise CommandError(str(error)) from None

    def _serve(self, directory: Path, options: dict[str, Any]) -> None:
        nodes = options["nodes"]
        if not 1 <= nodes <= MOST_NODES:
            raise CommandError(f"--nodes is {nodes}; it must be between 1 and {MOST_NODES}.")
        pods = options["pods"] if options["pods"] is not None else nodes * 20
        if not 0 <= pods <= nodes * MOST_PODS_A_NODE:
            raise CommandError(f"--pods is {pods}; {nodes} nodes take between 0 and {nodes * MOST_PODS_A_NODE}.")
        changes = options["pod_changes"]
        if changes is not None and not 0 < changes <= MOST_POD_CHANGES:
            raise CommandError(f"--pod-changes is {changes:g}; it must be above 0 and at most {MOST_POD_CHANGES:g} a second.")
        if self._runs(directory):
            raise CommandError(f"A demo cluster runs in {directory} already; stop it, or choose another --dir.")
        try:
            shape = Shape(nodes, pods, options["seed"])
            profiles = Path(options["profiles"]).absolute() if options["profiles"] else None
            demo = Demo(Options(directory, options["port"], shape, not options["no_story"], profiles, changes))
            asyncio.run(self._run(demo))
        except PortError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The demo cannot run in {directory}: {(error.strerror or str(error)).lower()}.") from None

    @staticmethod
    def _runs(directory: Path) -> bool:
        try:
            ask(directory, "list")
        except ControlError:
            return False
        return True

    async def _run(self, demo: Demo) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        await demo.start()
        nodes, pods = len(demo.cluster.nodes), len(demo.cluster.pods)
        self.stdout.write(f"Demo cluster of {nodes} nodes and {pods} pods listens on {demo.url}; kubeconfig: {demo.kubeconfig}")
        self.stdout.flush()
        await stopped.wait()
        await demo.stop()

    def _list(self, directory: Path) -> None:
        faults = ask(directory, "list").faults
        width = max(len(fault.name) for fault in faults)
        for fault in faults:
            active = f"  [active: {', '.join(fault.active)}]" if fault.active else ""
            self.stdout.write(f"{fault.name:<{width}}  {fault.about}{active}")
            self.stdout.write(f"{'':<{width}}  expected: {fault.notices}")
