"""Directories of kubeconfigs that are watched: their clusters come, change and go with the files.

Of each file its current context is taken, else its only one, else all it has. What cannot be read is said, and changes nothing:
a file that is written just now, or a directory that is not mounted for a moment, ends no cluster. A file that is gone does.
"""

import logging
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from planes.store.clusters import Declaration, declare, declared_by
from planes.up.choice import Contexts, UnreadableError

logger = logging.getLogger(__name__)

#: Files of one directory, and bytes of one file, that are read.
MOST_FILES, LONGEST = 500, 1 << 20


@dataclass(frozen=True, slots=True)
class Looked:
    """`wanted`: what the files name. `unread`: paths, and directories, of which nothing can be said now. `complaints`: why not."""

    wanted: tuple[Declaration, ...]
    unread: tuple[str, ...]
    complaints: tuple[str, ...]


class Directories:
    """Looked at again and again; a file is read anew only when it has changed."""

    def __init__(self, places: Sequence[str], read: Callable[[str], Contexts]) -> None:
        self._places = places
        self._read = read
        self._known: dict[str, tuple[tuple[int, ...], Contexts | UnreadableError]] = {}
        self._said: tuple[str, ...] = ()

    def look(self) -> Looked:
        """What is there now."""
        wanted: list[Declaration] = []
        unread: list[str] = []
        complaints: list[str] = []
        seen: dict[str, tuple[tuple[int, ...], Contexts | UnreadableError]] = {}
        for place in self._places:
            try:
                files = sorted(one for one in Path(place).iterdir() if not one.name.startswith("."))
            except OSError as error:
                unread.append(place)
                complaints.append(f"The directory {place} cannot be read ({error.strerror}).")
                continue
            if len(files) > MOST_FILES:
                complaints.append(f"{place} has {len(files):,} files; the first {MOST_FILES} are read.")
                unread += map(str, files[MOST_FILES:])
            for file in files[:MOST_FILES]:
                found = self._found(file)
                if found is None:
                    continue
                seen[str(file)] = found
                told = found[1]
                if isinstance(told, UnreadableError):
                    unread.append(str(file))
                    complaints.append(f"{told.sentence} {told.remedy}".strip())
                    continue
                wanted += _of(file, told)
        self._known = seen
        return Looked(tuple(wanted), tuple(unread), tuple(complaints))

    def _found(self, file: Path) -> tuple[tuple[int, ...], Contexts | UnreadableError] | None:
        """None of what is no file."""
        try:
            state = file.stat()
        except OSError as error:
            return (), UnreadableError(f"{file} cannot be read ({error.strerror}).")
        if not stat.S_ISREG(state.st_mode):
            return None
        mark = (state.st_mtime_ns, state.st_size, state.st_ino)
        before = self._known.get(str(file))
        if before is not None and before[0] == mark:
            return before
        if state.st_size > LONGEST:
            return mark, UnreadableError(f"{file} is longer than a kubeconfig ever is ({state.st_size:,} bytes).")
        try:
            return mark, self._read(str(file))
        except UnreadableError as error:
            return mark, error

    def declare(self, by: str) -> None:
        """Watch what is there now, and no more what has gone. Complaints are logged when they change. Raises django.db.Error."""
        looked = self.look()
        kept = _as_before(by, looked.unread)
        named = {(one.kubeconfig, one.context) for one in looked.wanted}
        declare((*looked.wanted, *(one for one in kept if (one.kubeconfig, one.context) not in named)), by)
        if looked.complaints != self._said:
            for complaint in looked.complaints:
                logger.warning("Left out: %s", complaint)
            self._said = looked.complaints


def _of(file: Path, told: Contexts) -> list[Declaration]:
    """A file of one cluster is called as the file is: in a directory of them every context may be called "default"."""
    chosen = (told.current,) if told.current in told.names else told.names
    stem = file.stem if file.suffix in (".yaml", ".yml", ".json", ".kubeconfig", ".conf", ".config") else file.name
    return [Declaration("kubeconfig", stem if len(chosen) == 1 else f"{stem} {name}", str(file), name) for name in chosen]


def _as_before(by: str, unread: Iterable[str]) -> list[Declaration]:
    """What was declared of files of which nothing can be said now."""
    places = tuple(unread)
    if not places:
        return []
    return [
        one
        for one in declared_by(by)
        if any(one.kubeconfig == place or Path(one.kubeconfig).parent == Path(place) for place in places)
    ]
