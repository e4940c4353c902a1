"""What the web edge itself keeps: one-time sign-in links, tokens of people's programs, displays on walls, and what people
write about a cluster."""

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


class Acknowledgement(models.Model):
    """Somebody has seen that a cluster, by its number in the other database, is not well: its walls turn their pages again.
    `wrong`: what was wrong then and has been since, dashboard.acknowledged.Wrong as JSON; empty in rows of before."""

    cluster = models.BigIntegerField(unique=True)
    author = models.CharField(max_length=150)
    at = models.FloatField()  # epoch seconds
    wrong = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.cluster}, {self.author}"


class Display(models.Model):
    """A screen on a wall: what it shows, until when, and when it was last seen. Read as dashboard.display_shapes. Of its secret
    link only a digest is kept; `prefix` finds it. Times are epoch seconds. Clusters by their number in the other database."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=64, unique=True)
    place = models.CharField(max_length=100, blank=True)
    pages = models.TextField()  # JSON of display_shapes.Page
    every_cluster = models.BooleanField(default=True)
    clusters = models.TextField(default="[]")  # JSON of numbers: those allowed, where not all are
    theme = models.CharField(max_length=8, default="dark")
    latitude = models.FloatField(null=True)  # degrees, north is positive
    longitude = models.FloatField(null=True)  # degrees, east is positive
    zone = models.CharField(max_length=64, blank=True)  # of the IANA database, such as Europe/Berlin; empty: the screen's own
    scale = models.FloatField(default=1.0)
    message = models.CharField(max_length=500, blank=True)
    message_until = models.FloatField(null=True)
    chime = models.BooleanField(default=False)
    reload_at = models.CharField(max_length=5, blank=True)  # 03:30, in its zone; empty: not by night
    edited = models.FloatField()  # when something above was last changed

    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)  # SHA-256 of the whole secret, hexadecimal
    former_digest = models.CharField(max_length=64, blank=True)  # of the secret before this one
    generation = models.IntegerField(default=1)  # sessions of another one are over
    addresses = models.TextField(default="[]")  # JSON of networks from which it may be shown; empty: from anywhere
    created = models.FloatField()
    author = models.CharField(max_length=150)
    expires = models.FloatField(null=True)
    revoked = models.FloatField(null=True)

    seen_at = models.FloatField(null=True)  # written once in ten seconds at most
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    version = models.CharField(max_length=40, blank=True)  # of the pages that it runs
    width = models.IntegerField(default=0)  # pixels
    height = models.IntegerField(default=0)
    frame_at = models.FloatField(null=True)  # when it last drew something that had come
    wall = models.CharField(max_length=8, blank=True)  # full or basic
    why_basic = models.CharField(max_length=200, blank=True)
    clock_off = models.FloatField(null=True)  # seconds by which its clock is fast
    screen = models.CharField(max_length=16, blank=True)  # which of the browsers that hold its session was seen
    also_at = models.FloatField(null=True)  # when it was last seen on two screens at once

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """A screen that shows a code and waits for somebody to say what it is to show. Of the code and of the screen's own secret only
    digests are kept. Times are epoch seconds."""

    code = models.CharField(max_length=64, unique=True)  # HMAC-SHA-256 by the secret key, for a code is short
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret in the screen's cookie
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=60, blank=True)
    width = models.IntegerField(default=0)  # pixels
    height = models.IntegerField(default=0)
    created = models.FloatField()
    expires = models.FloatField(db_index=True)
    display = models.ForeignKey(Display, null=True, on_delete=models.CASCADE, related_name="pairings")  # once confirmed

    def __str__(self) -> str:
        return f"a screen at {self.address}"


class Listening(models.Model):
    """Since when, without a gap, a web process has been there to hear of displays, and when one last was: one row, of number 1.
    Epoch seconds."""

    since = models.FloatField()
    at = models.FloatField()

    def __str__(self) -> str:
        return f"since {self.since}"


class DisplayNotice(models.Model):
    """What the webhook was last told of a display: dark since then, or nothing wrong. Epoch seconds."""

    display = models.OneToOneField(Display, on_delete=models.CASCADE, related_name="notice")
    dark_since = models.FloatField(null=True)  # as it was told; null: it is not told as dark
    back_since = models.FloatField(null=True)  # heard of again since then, which is not told yet

    def __str__(self) -> str:
        return f"{self.display_id}, dark since {self.dark_since}"


class DisplayMessage(models.Model):
    """A message about a display for the webhook: waiting until `ended`. Epoch seconds. The display by its number, for its last
    message may outlive it."""

    display = models.BigIntegerField()
    body = models.TextField()  # JSON
    made = models.FloatField()
    due = models.FloatField()  # not before then; a worker that sends it moves this on first
    tries = models.IntegerField(default=0)
    ended = models.FloatField(null=True, db_index=True)  # delivered, or given up
    outcome = models.CharField(max_length=200, blank=True)  # what last came back

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.display}, {self.tries} tries"
