"""`manage.py web`: a web server by itself, for where `manage.py up` does not start it."""

import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from planes.up import address
from planes.up.refusal import Exit, RefusalError


class Command(BaseCommand):
    help = (
        "Serves pages, API and sockets until it is told to end. It needs a database, a Valkey, a watch and a jobs worker beside it."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        address_help, port_help = "listen on this address (default: %(default)s)", "listen on this port (default: %(default)s)"
        parser.add_argument("--bind", default=settings.UP_BIND, metavar="ADDRESS", help=address_help)
        parser.add_argument("--port", type=int, default=settings.UP_PORT or address.DEFAULT_PORT, help=port_help)
        parser.add_argument("--descriptor", type=int, help="listen on this open socket instead, as `manage.py up` hands it over")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit codes are those of `manage.py up`."""
        from dashboard.serving import serve  # it reads the settings when it is imported

        try:
            listening = _listening(options)
        except RefusalError as refusal:
            self.stderr.write(f"{refusal.sentence} {refusal.remedy}")
            sys.exit(refusal.code)
        if not serve(listening, tuple(settings.UP_TRUSTED_PROXIES)):
            sys.exit(Exit.FAILED)


def _listening(options: dict[str, Any]) -> socket.socket:
    if options["descriptor"] is not None:
        return socket.socket(fileno=options["descriptor"])
    return address.listen(options["bind"], options["port"])[0]
