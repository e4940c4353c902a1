"""`manage.py displays`: how the displays stand, and a test of the webhook that is told of dark ones."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from dashboard import display_pages, displays, seen, wall_messages, webhook
from planes.store import selectors


class Command(BaseCommand):
    help = "Lists the displays and how they stand, the dark ones first; or tries the webhook that is told of dark ones."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--test-webhook", action="store_true", help="send a test to PLANEWATCH_WALLS_WEBHOOK and say what came back"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them."""
        if options["test_webhook"]:
            self._test()
            return
        try:
            names = {head.id: head.name for head in selectors.watched()}
            lines = display_pages.lines(displays.every(), names, seen.version(), time.time())
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready ({type(error).__name__}). Start Planewatch once with `make run`, then try again."
            ) from error
        for line in lines:
            wall = line.known.wall
            place = f" ({wall.place})" if wall.place else ""
            self.stdout.write(" ".join([f"{wall.name}{place}: {line.word}.", *line.standing.why]))
        if not lines:
            self.stdout.write("There are no displays. Make one on the page /displays/.")

    def _test(self) -> None:
        if not settings.WALLS_WEBHOOK:
            raise CommandError("PLANEWATCH_WALLS_WEBHOOK is not set: nothing is told of dark displays.")
        came, host = wall_messages.test(), webhook.host(settings.WALLS_WEBHOOK)
        if not came.taken:
            raise CommandError(f"{host} did not take the test: {came.said}.")
        self.stdout.write(f"{host} took the test ({came.said}).")
