"""One running Planewatch for all tests that do not harm it."""

from collections.abc import Iterator

import pytest

from tests.e2e.running import Up, until

DEMO = ("--demo", "--nodes", "12", "--no-story", "--port", "0")


@pytest.fixture(scope="session")
def up() -> Iterator[Up]:
    """Watching a demo cluster of 12 nodes that breaks only when told to; its picture stands."""
    with Up(*DEMO) as running:
        until(lambda: (clusters := running.status().clusters) and len(clusters[0].components) >= 7, "the first picture", within=40)
        yield running
