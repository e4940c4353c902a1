"""Leases of leaders that are elected in namespaces of their own: a book for each, for each is listed and watched by itself."""

from collections.abc import Iterable, Iterator

from planes.cache.leases import Clock, LeaderLeases, LeaseTrack
from planes.cache.recent import Recent
from planes.structs.moments import Mono
from planes.structs.objects import Lease


class LeasesElsewhere:
    """The books by namespace. What proves the life of one proves nothing of the others."""

    __slots__ = ("_clock", "_recent", "_rhythm", "books")

    def __init__(self, clock: Clock, rhythm: float, recent: Recent | None = None) -> None:
        self._recent = recent
        self._clock = clock
        self._rhythm = rhythm
        self.books: dict[str, LeaderLeases] = {}

    def _book(self, namespace: str) -> LeaderLeases:
        book = self.books.get(namespace)
        if book is None:
            book = self.books[namespace] = LeaderLeases(self._clock, self._rhythm, self._recent)
        return book

    def changed(self, lease: Lease, at: Mono) -> bool:
        """One lease was added or modified."""
        return self._book(lease.metadata.namespace).changed(lease, at)

    def gone(self, lease: Lease, at: Mono) -> None:
        """One lease was deleted."""
        self._book(lease.metadata.namespace).gone(lease, at)

    def listed(self, items: Iterable[Lease], at: Mono) -> None:
        """All namespaces were listed."""
        found: dict[str, list[Lease]] = {name: [] for name in self.books}
        for lease in items:
            found.setdefault(lease.metadata.namespace, []).append(lease)
        for name, leases in found.items():
            self._book(name).listed(leases, at)

    def listed_in(self, namespace: str, items: Iterable[Lease], at: Mono) -> None:
        """One namespace was; `items` may hold those of others."""
        self._book(namespace).listed([lease for lease in items if lease.metadata.namespace == namespace], at)

    def proved(self, at: Mono, namespace: str = "") -> None:
        """Something came of one namespace; of each where that is not said."""
        for book in (self._book(namespace),) if namespace else self.books.values():
            book.proved(at)

    def find(self, name: str) -> tuple[str, LeaderLeases] | None:
        """The namespace in which a lease of this name is, and its book."""
        return next(((namespace, book) for namespace, book in self.books.items() if name in book.tracks), None)

    def proven_at(self, namespace: str = "") -> Mono | None:
        """When one namespace last proved that it is heard; without one, the one that did so first of all."""
        chosen = [self.books[namespace]] if namespace in self.books else list(self.books.values())
        moments = [book.proven_at for book in chosen if next(book.living(), None) is not None]
        return min((at for at in moments if at is not None), default=None)

    @property
    def tracks(self) -> dict[str, LeaseTrack]:
        """All of them by name."""
        return {name: track for book in self.books.values() for name, track in book.tracks.items()}

    def living(self) -> Iterator[tuple[str, LeaseTrack]]:
        """Those that were not deleted."""
        return (one for book in self.books.values() for one in book.living())

    def excuse(self, at: Mono) -> list[str]:
        """See LeaseStore."""
        return [name for book in self.books.values() for name in book.excuse(at)]

    def shift(self, gap: float, now: Mono) -> None:
        """See LeaseStore."""
        for book in self.books.values():
            book.shift(gap, now)

    def forget(self, before: Mono) -> None:
        """See LeaseStore."""
        for book in self.books.values():
            book.forget(before)
