"""Where browser libraries are found: static address npm/<package>/… is node_modules/<package>/…, for the packages that package.json
names in `dependencies` and no others."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PREFIX = "npm/"

#: What of an npm package a browser can use; the rest of it (tools, types, READMEs) is not served.
SERVED = frozenset({".js", ".mjs", ".css", ".map", ".svg", ".woff2"})


class _Manifest(msgspec.Struct):
    dependencies: dict[str, str] = {}


class PackageStorage(FileSystemStorage):
    """A package's folder; whitenoise and collectstatic put `prefix` before its paths."""

    def __init__(self, home: Path, prefix: str) -> None:
        super().__init__(location=home)
        self.prefix = prefix


class NpmFinder(BaseFinder):
    """Finds files of npm packages. A machine without node_modules has none; that is for `make run` to mend, not an error here."""

    def __init__(self, app_names: object = None) -> None:
        root = Path(settings.BASE_DIR)
        self.modules = root / "node_modules"
        manifest = root / "package.json"
        self.packages: tuple[str, ...] = ()
        if manifest.is_file():
            self.packages = tuple(sorted(msgspec.json.decode(manifest.read_bytes(), type=_Manifest).dependencies))

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """The file's path; a list with find_all; None (or an empty list) where there is none."""
        found = self._find(path)
        if find_all:
            return [found] if found else []
        return found

    def _find(self, path: str) -> str | None:
        inner = path.removeprefix(PREFIX)
        package = next((name for name in self.packages if inner.startswith(f"{name}/")), None)
        if inner == path or package is None:
            return None
        home = (self.modules / package).resolve()
        file = (self.modules / inner).resolve()
        return str(file) if file.is_relative_to(home) and file.suffix in SERVED and file.is_file() else None

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, PackageStorage]]:
        for package in self.packages:
            home = self.modules / package
            storage = PackageStorage(home, PREFIX + package)
            for file in sorted(home.rglob("*")):
                inner = file.relative_to(home)
                if file.suffix in SERVED and "node_modules" not in inner.parts and file.is_file():
                    yield str(inner), storage
