"""Who may change what Planewatch watches and shows, and not only see it."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User


def is_operator(user: AbstractBaseUser | AnonymousUser) -> bool:
    """The account of the one-time link, and those that `manage.py users operator` names."""
    return isinstance(user, User) and user.is_active and (user.is_staff or user.is_superuser)
