"""The answers of the API about what is looked over now and then."""

import msgspec

from dashboard.rest.shapes import Across, Dated
from planes.assess.compare import Pair
from planes.assess.upgrade import Met, Target, Weight
from planes.structs.certificates import Certificate
from planes.structs.survey import GapRow, Held, RunRow, Untold
from planes.structs.verdicts import State


class CertificateItem(msgspec.Struct, frozen=True):
    """Whose it is, and `where`. `ends`: when the next of `certificates` does, of those that are over the last; null: no end is
    seen, for the reason in `untold`. `over`: how many are. `renewed`: by whom, where that needs nobody's doing. `seen_at`: when it
    was last shown, of a serving certificate."""

    held: Held
    name: str
    where: tuple[str, ...]
    state: State
    ends: float | None
    over: int
    untold: Untold | None
    renewed: str
    seen_at: float | None
    certificates: tuple[Certificate, ...]


class CertificatesAnswer(Dated, frozen=True, kw_only=True):
    """`looked`: false while nothing was looked at yet. `gaps`: what could not be read."""

    looked: bool
    certificates: tuple[CertificateItem, ...]
    gaps: tuple[GapRow, ...]


class UpgradeAnswer(Dated, frozen=True, kw_only=True):
    """`target`: the minor version to go to; null: no version of an API server is known, and then nothing is said of versions and
    deprecated APIs. `weight`: the heaviest of all. `left_behind`: kubelets of an older minor version than every API server's.
    `scraped`: API servers that told which deprecated APIs they were asked for since they started, of `servers` that are listed
    (null: that cannot be seen). `hooks_open`: webhooks that let requests pass when they do not answer."""

    target: Target | None
    weight: Weight
    versions: tuple[Met, ...]
    left_behind: tuple[RunRow, ...]
    apis: tuple[Met, ...]
    scraped: int
    servers: int | None
    hooks: tuple[Met, ...]
    hooks_open: int
    gaps: tuple[GapRow, ...]


class CompareAnswer(Across, frozen=True, kw_only=True):
    """`pairs` in the order of their parts: verdicts, versions, nodes, components, and of one cluster at two moments each node. What
    is zero in both is left out. `a_at`, `b_at`: of which moment each is, epoch seconds; null: of now."""

    a_at: float | None
    b_at: float | None
    pairs: tuple[Pair, ...]
