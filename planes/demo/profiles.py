"""ClusterProfiles: the demo cluster as a hub, whose inventory is what lies in a directory.

Each *.json there is one object as it would be applied; what comes, changes and goes there does so in the API. Without a directory
the API is not served, as where the CustomResourceDefinition is not installed.
"""

from pathlib import Path

import msgspec

from planes.demo.cluster import Cluster
from planes.demo.store import Doc, Resource
from planes.demo.template import Body

RESOURCE = Resource("multicluster.x-k8s.io", "v1alpha1", "clusterprofiles", "ClusterProfile", True)
#: Seconds between two looks at the directory.
EVERY = 0.5


class _Meta(msgspec.Struct):
    name: str
    namespace: str


class _Object(msgspec.Struct):
    metadata: _Meta


class Profiles:
    """Looked at with each step of the cluster's life."""

    def __init__(self, cluster: Cluster, directory: Path) -> None:
        self._clock = cluster.clock
        self._directory = directory
        self._table = cluster.store.add(RESOURCE)
        self._held: dict[str, tuple[str, bytes]] = {}  # by file: the key, and what was read
        self._due = float("-inf")
        self.step()

    def step(self) -> None:
        """What cannot be read as an object with a name and a namespace is not there yet."""
        if self._clock.mono() < self._due:
            return
        self._due = self._clock.mono() + EVERY
        found: dict[str, tuple[str, bytes]] = {}
        for file in sorted(self._directory.glob("*.json")):
            try:
                text = file.read_bytes()
                meta = msgspec.json.decode(text, type=_Object).metadata
            except (OSError, msgspec.DecodeError):
                continue
            found[file.name] = (f"{meta.namespace}/{meta.name}", text)
        for key in {key for key, _ in self._held.values()} - {key for key, _ in found.values()}:
            self._table.remove(key)
        for name, (key, text) in found.items():
            if self._held.get(name) != (key, text):
                body: Body = msgspec.json.decode(text)
                self._table.put(Doc.of(body))
        self._held = found
