"""The certificates of a cluster: those that API servers showed, and the bundles that webhooks and API services trust."""

from collections.abc import Iterable
from dataclasses import dataclass

from planes.structs.certificates import Bundle, Certificate, of_base64
from planes.structs.moments import Mono

#: So many serving certificates are told apart: more than any cluster has API servers, each of which may renew its own.
MOST = 32
#: For so long after it was last shown a certificate counts, in seconds: as a version does (planes/cache/servers.py). [rule]
LATELY = 600.0


class Bundles:
    """Bundles by the object that names them, read when one of them changes and not again."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[str, dict[str, Bundle]] = {}

    def took(self, name: str, texts: Iterable[str]) -> None:
        """The object of this name has these, each as JSON has it."""
        before = self._read.get(name, {})
        wanted = {text for text in texts if text}
        self._read[name] = {text: before[text] if text in before else of_base64(text) for text in wanted}

    def forget(self, name: str) -> None:
        """It is gone."""
        self._read.pop(name, None)

    def of(self, name: str, text: str) -> Bundle:
        """What was read of it."""
        return self._read.get(name, {}).get(text, Bundle())


@dataclass(slots=True)
class Shown:
    """A serving certificate: when it was first and last shown, and the addresses at which it was, where one was dialled."""

    certificate: Certificate
    first: Mono
    last: Mono
    addresses: frozenset[str] = frozenset()


class ServingCertificates:
    """Those that API servers showed lately. Behind a load balancer each connection may lead to another server, so several are
    known at once, told apart by themselves; a server that was dialled shows one at its address, and the one before it is gone."""

    __slots__ = ("_shown",)

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}  # by their mark

    def took(self, one: Certificate, at: Mono, address: str = "") -> None:
        """It was shown, at this address if one was dialled."""
        if address:
            self._moved(address, one.mark)
        shown = self._shown.setdefault(one.mark, Shown(one, at, at))
        shown.last = max(shown.last, at)
        if address:
            shown.addresses |= {address}
        newest = max(other.last for other in self._shown.values())
        kept = [other for other in self._shown.values() if newest - other.last <= LATELY]
        kept.sort(key=lambda other: -other.last)
        self._shown = {other.certificate.mark: other for other in kept[:MOST]}

    def _moved(self, address: str, mark: str) -> None:
        """What was shown there before is shown there no more; if it was known from nowhere else, it is gone."""
        for other, shown in list(self._shown.items()):
            if other != mark and address in shown.addresses:
                shown.addresses -= {address}
                if not shown.addresses:
                    del self._shown[other]

    def seen(self) -> list[tuple[Shown, Shown | None]]:
        """Each with the first of those that took its place, by their dates: one that ends later and was first shown after this one
        was shown last. Where a load balancer deals, it may as well be another server's."""
        return [(one, self._successor(one)) for one in sorted(self._shown.values(), key=lambda one: one.certificate.ends)]

    def _successor(self, one: Shown) -> Shown | None:
        if one.addresses:
            return None
        later = [
            other for other in self._shown.values() if other.certificate.ends > one.certificate.ends and other.first > one.last
        ]
        return min(later, key=lambda other: other.first, default=None)
