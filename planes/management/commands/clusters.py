"""`manage.py clusters list|add|remove|accept`: which clusters are watched, without `manage.py up`."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error

from planes.store import clusters
from planes.store.away import said
from planes.store.cluster_table import table
from planes.up import datadir, kubeconfigs
from planes.up.choice import Around, Asked, choose
from planes.up.refusal import Exit, RefusalError


class Command(BaseCommand):
    help = "List the watched clusters, or change them. A watch worker takes up an added cluster within seconds."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, metavar="list|add|remove|accept")
        does.add_parser("list", help="what is watched, from which context, and whether it is collected")
        add = does.add_parser("add", help="also watch a context of a kubeconfig; each watch worker must find the file at its path")
        add.add_argument("--kubeconfig", action="append", metavar="FILE", help="this kubeconfig (default: the one kubectl uses)")
        add.add_argument("--context", action="append", metavar="NAME", help="this context (default: the current one)")
        add.add_argument("--all-contexts", action="store_true", help="every context of it")
        remove = does.add_parser("remove", help="watch a cluster no longer; its history stays")
        accept = does.add_parser("accept", help="its context now leads to another cluster, and that is intended")
        for one in (remove, accept):
            one.add_argument("slug", metavar="SLUG", help="as `manage.py clusters list` shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit codes are those of `manage.py up`."""
        try:
            self._do(options)
        except RefusalError as refusal:
            self._end(str(refusal), refusal.code)
        except Error as error:
            self._end(f"The database {said(error)}. Name it with DATABASE_URL, and run `manage.py migrate` once.", Exit.SERVICE)

    def _do(self, options: dict[str, Any]) -> None:
        does, slug = options["does"], options.get("slug", "")
        if does == "list":
            self.stdout.write(table())
        elif does == "add":
            for name in self._add(options):
                self.stdout.write(f"{name} is watched.")
        elif not (clusters.remove if does == "remove" else clusters.accept)(slug):
            self._end(f"No watched cluster has the slug {slug!r}. `manage.py clusters list` lists them.", Exit.USAGE)
        else:
            self.stdout.write(
                f"{slug} is no longer watched." if does == "remove" else f"{slug} is now the cluster its context leads to."
            )

    def _add(self, options: dict[str, Any]) -> list[str]:
        asked = Asked(tuple(options["kubeconfig"] or ()), tuple(options["context"] or ()), options["all_contexts"])
        choice = choose(asked, Around(os.environ, Path.home()), settings.DATA_DIR / "demo", kubeconfigs.read)
        if choice.demo:
            raise RefusalError("There is no kubeconfig and no pod's ServiceAccount.", "Name one with --kubeconfig.", Exit.USAGE)
        for complaint in choice.complaints:
            self.stderr.write(f"Left out: {complaint}")
        wanted = [clusters.Declaration(one.source, one.name, one.kubeconfig, one.context) for one in choice.watched]
        return [one.slug for one in clusters.add(wanted, datadir.added(datadir.identity(settings.DATA_DIR)))]

    def _end(self, sentence: str, code: Exit) -> None:
        self.stderr.write(sentence)
        sys.exit(code)
