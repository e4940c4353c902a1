"""`manage.py users …`: who may sign in with a name and a password. Whoever is signed in sees all; nobody can change a cluster.
Operators may also make, change and end displays, which let in screens without an account."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError


class Command(BaseCommand):
    help = "Lists, adds, switches off and on, and removes accounts, and sets their passwords."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = parser.add_subparsers(dest="word", required=True, metavar="list|add|password|off|on|operator|reader|remove")
        words.add_parser("list", help="list the accounts")
        for word, what in (
            ("add", "add an account; its password is asked for, or read from standard input"),
            ("password", "set a new password; sessions that used the old one end within 5 s"),
            ("off", "stop it from signing in, and sign it out within 5 s"),
            ("on", "let it sign in again"),
            ("operator", "let it manage clusters and displays"),
            ("reader", "let it manage clusters and displays no longer"),
            ("remove", "remove it"),
        ):
            words.add_parser(word, help=what).add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do one of them."""
        word, name = str(options["word"]), str(options.get("name") or "")
        try:
            if word == "list":
                self._list()
            elif word == "add":
                self._add(name)
            else:
                self._change(word, name)
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready ({type(error).__name__}). Start Planewatch once with `make run`, then try again."
            ) from error

    def _list(self) -> None:
        users = User.objects.order_by("username")
        for user in users:
            last = f"last signed in {user.last_login:%Y-%m-%d %H:%M} UTC" if user.last_login else "never signed in"
            means = "" if user.has_usable_password() else ", by one-time links alone"
            means += ", operator" if user.is_staff or user.is_superuser else ""
            self.stdout.write(f"{user.username}: {'' if user.is_active else 'switched off, '}{last}{means}")
        if not users:
            self.stdout.write("There are no accounts yet. Add one with `manage.py users add NAME`, or open a sign-in link.")

    def _add(self, name: str) -> None:
        if User.objects.filter(username__iexact=name).exists():
            raise CommandError(f"An account {name} already exists. Set a new password with `manage.py users password {name}`.")
        user = User(username=name)
        try:
            user.clean_fields(exclude=["password"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.set_password(self._password(user))
        user.save()
        self.stdout.write(f"{name} can sign in.")

    def _change(self, word: str, name: str) -> None:
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no account {name}. `manage.py users list` lists the accounts.")
        if word == "remove":
            user.delete()
            self.stdout.write(f"{name} is removed.")
            return
        if word in ("operator", "reader"):
            user.is_staff, user.is_superuser = word == "operator", user.is_superuser and word == "operator"
            user.save(update_fields=["is_staff", "is_superuser"])
            self.stdout.write(f"{name} can {'now' if user.is_staff else 'no longer'} manage clusters and displays.")
            return
        if word == "password":
            user.set_password(self._password(user))
        else:
            user.is_active = word == "on"
        user.save(update_fields=["password", "is_active"])
        self.stdout.write(
            f"{name} has a new password."
            if word == "password"
            else f"{name} can {'sign in again' if user.is_active else 'no longer sign in'}."
        )

    def _password(self, user: User) -> str:
        """Never an argument, which every user of the machine could read."""
        if sys.stdin.isatty():
            password = getpass.getpass("Password: ")
            if getpass.getpass("Again: ") != password:
                raise CommandError("The two passwords differ. Nothing was changed.")
        else:
            password = sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return password
