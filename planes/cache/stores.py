"""What every store of the cache is: it takes what one feed says, and marks what has to be looked at again."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from planes.structs.moments import Mono
from planes.structs.objects import Item

T = TypeVar("T", bound=Item)
T_contra = TypeVar("T_contra", contravariant=True)


class Dirty:
    """Names of nodes by what is new about them. `nodes` are to be judged anew. `renewed`: their lease was seen again and nothing
    else about it changed, which matters only to who waits for that. `pods`: their pods or events changed; `usage`: their CPU and
    memory figures did; both are no reason to judge, but their rows change. `components`: something was told that may change one of
    them at once, see routine.py."""

    __slots__ = ("components", "nodes", "pods", "renewed", "usage")

    def __init__(self) -> None:
        self.components = True
        self.nodes: set[str] = set()
        self.renewed: set[str] = set()
        self.pods: set[str] = set()
        self.usage: set[str] = set()

    def take(self) -> "Dirty":
        """All of it; from here on nothing is dirty."""
        taken = Dirty()
        taken.components, self.components = self.components, False
        taken.nodes, self.nodes = self.nodes, set()
        taken.renewed, self.renewed = self.renewed, set()
        taken.pods, self.pods = self.pods, set()
        taken.usage, self.usage = self.usage, set()
        return taken


class Store(Protocol[T_contra]):
    """Takes what one feed says. What the methods return, if anything, is for tests and subclasses."""

    def listed(self, items: Sequence[T_contra], at: Mono) -> object:
        """A complete list: whatever is not in it is gone."""

    def changed(self, item: T_contra, at: Mono) -> object:
        """Added or modified."""

    def gone(self, item: T_contra, at: Mono) -> object:
        """Deleted."""


class ByNode(Generic[T]):
    """Objects of which each belongs to the node whose name it bears; that node is judged anew when its object changed."""

    __slots__ = ("_dirty", "_name", "objects")

    def __init__(self, dirty: Dirty, name: Callable[[T], str]) -> None:
        self.objects: dict[str, T] = {}
        self._dirty = dirty
        self._name = name

    def listed(self, items: Sequence[T], at: Mono) -> None:
        """A complete list."""
        before, self.objects = self.objects, {self._name(item): item for item in items}
        self._dirty.nodes |= {name for name in before.keys() | self.objects.keys() if before.get(name) != self.objects.get(name)}

    def changed(self, item: T, at: Mono) -> None:
        """Added or modified."""
        name = self._name(item)
        if self.objects.get(name) != item:
            self._dirty.nodes.add(name)
        self.objects[name] = item

    def gone(self, item: T, at: Mono) -> None:
        """Deleted."""
        if self.objects.pop(self._name(item), None) is not None:
            self._dirty.nodes.add(self._name(item))


class Intake(Generic[T]):
    """One feed's way into its store: here an event's item has its type again. A feed that told another kind of object than its
    store takes would be a defect, and raises TypeError."""

    __slots__ = ("kind", "store")

    def __init__(self, kind: type[T], store: Store[T]) -> None:
        self.kind = kind
        self.store = store

    def listed(self, items: Sequence[Item], at: Mono) -> None:
        kind = self.kind
        found = [item for item in items if isinstance(item, kind)]
        if len(found) != len(items):
            raise TypeError(f"a list of {kind.__name__} holds something else")
        self.store.listed(found, at)

    def changed(self, item: Item, at: Mono) -> None:
        if not isinstance(item, self.kind):
            raise TypeError(f"{type(item).__name__} where {self.kind.__name__} is told")
        self.store.changed(item, at)

    def gone(self, item: Item, at: Mono) -> None:
        if not isinstance(item, self.kind):
            raise TypeError(f"{type(item).__name__} where {self.kind.__name__} is told")
        self.store.gone(item, at)
