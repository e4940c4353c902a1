"""What the web edge itself keeps: one-time sign-in links, tokens of people's programs, and what people write about a cluster."""

from django.conf import settings
from django.db import models


class SignInLink(models.Model):
    """A link that signs in the administrator once. Only a digest of its token is kept, so nobody can read a link out of here."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token, hexadecimal
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"expires {self.expires:%Y-%m-%d %H:%M} UTC"


class ApiToken(models.Model):
    """A person's key to the API, for a program of theirs. Only a digest of its secret is kept, so nobody can read a token out of
    here; `prefix` finds it and tells it apart, and is no secret. While the account is switched off it opens nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the whole token, hexadecimal
    every_cluster = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True)
    last_used = models.DateTimeField(null=True)  # to a quarter of an hour: no request should have to write

    class Meta:
        ordering = ["-created", "-id"]

    def __str__(self) -> str:
        return f"{self.prefix}, expires {self.expires:%Y-%m-%d %H:%M} UTC"


class ApiTokenCluster(models.Model):
    """A cluster that a token opens. By its number in the other database: another cluster that comes to the same name is not it."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="clusters")
    cluster = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "cluster"], name="one_scope_a_cluster")]

    def __str__(self) -> str:
        return str(self.cluster)


class IncidentNote(models.Model):
    """What somebody wrote about an incident. The cluster by its number in the other database, the incident by its name there. It
    stays when its author's account is removed; `author` is what they were called when they wrote it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="incident_notes")
    author = models.CharField(max_length=150)
    cluster = models.BigIntegerField()
    incident = models.CharField(max_length=400)
    text = models.TextField()
    at = models.FloatField()  # epoch seconds

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["cluster", "incident"], name="notes_of_incident")]

    def __str__(self) -> str:
        return f"{self.author} on {self.incident}"


class Bookmark(models.Model):
    """A moment of a cluster that somebody gave a name, for all to go back to. Cluster and author as for a note."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="bookmarks")
    author = models.CharField(max_length=150)
    cluster = models.BigIntegerField()
    name = models.CharField(max_length=100)
    at = models.FloatField()  # epoch seconds

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["cluster", "-at"], name="bookmarks_of_cluster")]

    def __str__(self) -> str:
        return self.name
