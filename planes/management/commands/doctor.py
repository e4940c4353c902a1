"""`manage.py doctor`: a preflight for one cluster; planes.up chooses it, planes.doctor.examination examines it."""

import asyncio
import sys
import time
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from planes.components.rbac import OURS, manifest, subject
from planes.up.examined import Examined, examined, examined_kubeconfigs
from planes.up.refusal import RefusalError


class Command(BaseCommand):
    help = (
        "Examine one cluster before or while it is watched: is it reachable, who are we, which rights are missing and what that "
        "costs. Exit code: 0 all is well, 1 something is missing, 2 not reachable or not Kubernetes, 3 cannot tell."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--kubeconfig", metavar="FILE", help="the current context of this kubeconfig, or --context of it")
        where.add_argument("--in-cluster", action="store_true", help="the cluster that this runs in, by its pod's ServiceAccount")
        where.add_argument("--cluster", metavar="SLUG", help="a cluster that is watched already; manage.py status lists them")
        where.add_argument(
            "--cluster-profiles",
            metavar="CONTEXT[/NAMESPACE]",
            help="a hub: can its ClusterProfiles be listed, and which of their clusters can be asked",
        )
        parser.add_argument(
            "--clusterprofile-provider-file",
            default=settings.CLUSTERPROFILE_PROVIDER_FILE,
            metavar="FILE",
            help="with --cluster-profiles: which commands give credentials (KEP-5339)",
        )
        parser.add_argument("--context", metavar="NAME", help="this context of the kubeconfig")
        parser.add_argument("--json", action="store_true", help="as JSON, for scripts")
        parser.add_argument("--rbac", action="store_true", help="print the rights as YAML for kubectl apply -f -, and ask nothing")
        parser.add_argument("--user", metavar="NAME", help="with --rbac: grant them to this user, not to our ServiceAccount")
        parser.add_argument("--openshift", action="store_true", help="with --rbac: also what OpenShift alone has")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print and exit."""
        if options["rbac"]:
            to = subject(options["user"]) if options["user"] else OURS
            self.stdout.write(manifest(to, distribution="OpenShift" if options["openshift"] else ""), ending="")
            return
        if options["cluster_profiles"]:
            sys.exit(self._hub(options["cluster_profiles"], options["clusterprofile_provider_file"], options["json"]))
        try:
            found = examined(options["kubeconfig"], options["context"], options["in_cluster"], options["cluster"])
        except RefusalError as refusal:
            sys.exit(self._refuse(refusal.sentence, refusal.remedy, options["json"]))
        except (DatabaseError, InterfaceError) as error:
            remedy = "Start Planewatch with `manage.py up`, or name the cluster with --kubeconfig and --context."
            sys.exit(self._refuse(f"Planewatch's database cannot be read ({type(error).__name__}).", remedy, options["json"]))
        sys.exit(self._examine(found, options["json"]))

    def _examine(self, found: Examined, as_json: bool) -> int:
        from planes.doctor.examination import examine  # the Kubernetes client takes half a second to import
        from planes.doctor.text import text

        report = asyncio.run(examine(found.target(), found.why, self._progress))
        self.stdout.write(msgspec.json.encode(report).decode() if as_json else text(report, time.time()))
        return report.exit

    def _hub(self, word: str, provider_file: str, as_json: bool) -> int:
        from planes.up import hub_report, hubs

        try:
            (hub,) = hubs.checked([word], examined_kubeconfigs(), provider_file)
            found = hub_report.report(hub, hubs.read_providers(provider_file))
        except RefusalError as refusal:
            return self._refuse(refusal.sentence, refusal.remedy, as_json)
        self.stdout.write(msgspec.json.encode(found).decode() if as_json else hub_report.text(found))
        return found.exit

    def _progress(self, said: str) -> None:
        self.stderr.write(self.style.NOTICE(said) if self.stderr.isatty() else said, self._as_it_is)

    @staticmethod
    def _as_it_is(said: str) -> str:
        return said

    def _refuse(self, sentence: str, remedy: str, as_json: bool) -> int:
        from planes.doctor.report import Exit, FaultReport, Report

        if as_json:
            refusal = FaultReport("configuration", sentence, remedy)
            self.stdout.write(msgspec.json.encode(Report(fault=refusal, summary=sentence)).decode())
        self.stderr.write(f"{sentence} {remedy}")
        return Exit.CANNOT_TELL
