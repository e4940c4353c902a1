"""`manage.py signin`: print a new one-time sign-in link."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard import auth


class Command(BaseCommand):
    help = "Prints a link that signs in the administrator once, within 15 minutes."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8765", help="address of the dashboard (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(auth.one_time_link(options["url"]))
