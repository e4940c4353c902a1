"""`manage.py wire_types [--write]`: what is sent, as the browser's types; static/js/wire-types.js has them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from planes.live.browser_types import browser_types


class Command(BaseCommand):
    help = "Print the types of all that browsers get, as JSDoc."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write static/js/wire-types.js instead of printing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them, or write them."""
        text = browser_types()
        if not options["write"]:
            self.stdout.write(text, ending="")
            return
        path = Path(settings.BASE_DIR) / "static" / "js" / "wire-types.js"
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}.") from error
        self.stdout.write(f"Wrote {path}.")
