"""What is looked over now and then rather than judged: certificates, deprecated APIs in use, webhooks that stand in the way.

Rows, as in planes.structs.rows: times are epoch seconds.
"""

from enum import StrEnum

import msgspec

from planes.structs.certificates import Certificate
from planes.structs.moments import Epoch


class Held(StrEnum):
    """Whose a certificate is."""

    SERVING = "serving"  # an API server's
    CLIENT = "client"  # ours
    TOKEN = "token"  # noqa: S105  ours, and no certificate
    TRUSTED = "trusted"  # the CA that we hold the API server to
    WEBHOOK = "webhook"  # the CA that the API server holds a webhook to
    API_SERVICE = "api-service"  # the CA that it holds an extension API server to


class Untold(StrEnum):
    """Why there is no end to see."""

    ROOTS = "roots"  # those of the system count
    UNCHECKED = "unchecked"  # nothing is verified
    UNREAD = "unread"  # it is no certificate
    UNSAID = "unsaid"  # it does not say when it ends


class CertificateRow(msgspec.Struct, frozen=True):
    """One certificate, or several that stand together. `name`: of whom; `where`: at which addresses, services or URLs.
    `lead`: so many seconds before its end one of them should have been renewed, by its mark. `seen_at`: when it was last shown, of
    a serving certificate, to a minute; `after`: since when another is shown that may have taken its place. `expires`: of a token.
    `renewed`: by whom, where that needs nobody's doing. `closed`: requests fail when it cannot be used (failurePolicy Fail).
    `count`: webhooks of which this is true."""

    held: Held
    name: str
    certificates: tuple[Certificate, ...] = ()
    unread: int = 0
    untold: Untold | None = None
    where: tuple[str, ...] = ()
    lead: dict[str, float] = {}
    seen_at: Epoch | None = None
    after: Epoch | None = None
    expires: Epoch | None = None
    renewed: str = ""
    closed: bool = False
    count: int = 1


class DeprecatedApi(msgspec.Struct, frozen=True, order=True):
    """An API that was requested although it is deprecated. `removed` is the release that serves it no more, such as "1.32"; empty
    where none is named."""

    group: str
    version: str
    resource: str
    subresource: str = ""
    removed: str = ""


class HookRow(msgspec.Struct, frozen=True):
    """A webhook that refuses requests when it does not answer. `catches`: what of an upgrade passes through it ("pods: create");
    `spares`: namespaces that its selector leaves out by name. `ready`: ready endpoints of its service; None: not to be seen."""

    configuration: str
    name: str
    service: str
    ready: int | None
    catches: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()


class RunRow(msgspec.Struct, frozen=True):
    """So many of a kind run this version; `names`: the first few of them. `own`: it is no version of Kubernetes, as its project
    counts its own; `version` is empty where none is told."""

    kind: str
    version: str
    count: int
    names: tuple[str, ...] = ()
    own: bool = False


class GapRow(msgspec.Struct, frozen=True):
    """What could not be read, and why (time tokens). `known`: it was read before, and what is shown of it is the last known."""

    feed: str  # structs.feeds.Feed
    what: str
    why: str
    known: bool = False


class SurveyRow(msgspec.Struct, frozen=True):
    """All of it. `scraped`: API servers whose /metrics told of deprecated APIs, and `scraped_at` the last time, to a minute; of
    `servers` that are listed (None: that cannot be seen). `versions`: of the API servers seen lately, the oldest first.
    `unsettled`: another is to be expected among them. `hooks_open`: webhooks that let requests pass when they do not answer."""

    certificates: tuple[CertificateRow, ...] = ()
    deprecated: tuple[DeprecatedApi, ...] = ()
    scraped: int = 0
    scraped_at: Epoch | None = None
    servers: int | None = None
    versions: tuple[str, ...] = ()
    unsettled: bool = False
    runs: tuple[RunRow, ...] = ()
    hooks: tuple[HookRow, ...] = ()
    hooks_open: int = 0
    gaps: tuple[GapRow, ...] = ()
