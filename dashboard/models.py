"""What the web edge itself keeps: one-time sign-in links."""

from django.db import models


class SignInLink(models.Model):
    """A link that signs in the administrator once. Only a digest of its token is kept, so nobody can read a link out of here."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"expires {self.expires:%Y-%m-%d %H:%M} UTC"
