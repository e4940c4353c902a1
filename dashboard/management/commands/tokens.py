"""`manage.py tokens …`: tokens with which a person's programs read the API."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from dashboard import tokens
from planes.store import selectors


class Command(BaseCommand):
    help = "Lists, makes and revokes tokens with which a person's programs read the API."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="list|add|revoke")
        words.add_parser("list", help="list the tokens of all accounts").add_argument(
            "account", nargs="?", help="of this one alone"
        )
        add = words.add_parser("add", help="make a token and print it, this once")
        add.add_argument("account")
        add.add_argument("name", help="what it is for")
        add.add_argument("--days", type=int, default=tokens.DAYS, help=f"how long it is good for (default: {tokens.DAYS})")
        add.add_argument(
            "--cluster",
            action="append",
            help="a cluster that it opens, as its address names it; several times for several (default: all)",
        )
        words.add_parser("revoke", help="end a token at once").add_argument("prefix", help="as `list` tells it: pw_<prefix>_…")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them."""
        try:
            if options["word"] == "list":
                self._list(options["account"])
            elif options["word"] == "add":
                self._add(options["account"], options["name"], options["days"], options["cluster"])
            else:
                self._revoke(options["prefix"])
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready ({type(error).__name__}). Start Planewatch once with `make run`, then try again."
            ) from error

    def _list(self, account: str | None) -> None:
        slugs = {head.id: head.slug for head in selectors.watched()}
        found = tokens.of(_account(account) if account else None)
        for one in found:
            opens = (
                "all clusters"
                if one.clusters is None
                else ", ".join(sorted(slugs.get(number, "one gone") for number in one.clusters))
            )
            used = f"last used about {one.last_used:%Y-%m-%d %H:%M} UTC" if one.last_used else "never used"
            until = one.ended or f"until {one.expires:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"pw_{one.prefix}_… of {one.owner}, “{one.name}”: {opens}; {until}; {used}")
        if not found:
            self.stdout.write(
                "There are no tokens. Make one with `manage.py tokens add ACCOUNT NAME`, or on the page /account/tokens/."
            )

    def _add(self, account: str, name: str, days: int, slugs: list[str] | None) -> None:
        known = {head.slug: head.id for head in selectors.watched()}
        missing = [slug for slug in slugs or () if slug not in known]
        if missing:
            raise CommandError(f"There is no cluster {missing[0]} here. There are: {', '.join(sorted(known)) or 'none'}.")
        try:
            token = tokens.make(_account(account), name, None if slugs is None else [known[slug] for slug in slugs], days)
        except tokens.WrongError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(token)

    def _revoke(self, given: str) -> None:
        prefix = given.removeprefix("pw_").split("_")[0]
        if not tokens.revoke(prefix):
            raise CommandError(f"There is no token pw_{prefix}_… that could be revoked. `manage.py tokens list` lists them.")
        self.stdout.write(f"pw_{prefix}_… opens nothing any more.")


def _account(name: str) -> User:
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no account {name}. `manage.py users list` lists the accounts.")
    return found
