"""The answers of the API about what is looked over now and then."""

import msgspec

from dashboard.rest.shapes import Dated
from planes.structs.certificates import Certificate
from planes.structs.survey import GapRow, Held, Untold
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
