"""`up --cluster-profiles` with real processes: two demo clusters that a third, the hub, knows of."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from tests.e2e.running import Up, until
from tests.up.inventory import profile, provider_file, put

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("up")]

WITHIN = 120.0


@dataclass
class Fleet:
    """`inventory`: the directory of the hub's objects."""

    inventory: Path
    hub: Demo
    members: tuple[Demo, Demo]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """The demo clusters live on a loop of their own."""
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def demo(name: str, seed: int, profiles: Path | None = None) -> Demo:
        async def started() -> Demo:
            made = Demo(Options(tmp_path / name, shape=Shape(nodes=3, pods=9, seed=seed), story=False, profiles=profiles))
            await made.start()
            return made

        return asyncio.run_coroutine_threadsafe(started(), loop).result(30)

    found = Fleet(inventory, demo("hub", 1, inventory), (demo("eu", 2), demo("us", 3)))
    try:
        yield found
    finally:
        for one in (found.hub, *found.members):
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(one.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def test_the_clusters_of_a_hub_are_watched_as_their_profiles_come_and_go(fleet: Fleet, tmp_path: Path) -> None:
    eu, us = fleet.members
    put(fleet.inventory, profile("eu", server=eu.url, ca=eu.authority.pem, labels={"region": "eu"}))
    put(fleet.inventory, profile("us", server=us.url, ca=us.authority.pem, labels={"region": "us"}))
    put(fleet.inventory, profile("far", provider="google"))
    (fleet.inventory / "rubbish.json").write_text('{"metadata": {"name": "bad", "namespace": "fleet"}, "spec": 7}')
    file = provider_file(tmp_path / "providers.json", {eu.url: eu.token, us.url: us.token})
    options = ["--kubeconfig", str(fleet.hub.kubeconfig), "--cluster-profiles", "demo/fleet"]
    with Up(*options, "--clusterprofile-provider-file", str(file)) as up:

        def states() -> dict[str, str]:
            return {one.name: one.planes["control"].state for one in up.status().clusters}

        until(lambda: states() == {"eu": "healthy", "us": "healthy", "far": "unknown"}, "all that are named", within=WITHIN)
        (far,) = (one for one in up.status().clusters if one.name == "far")
        assert "Planewatch has no credential for the ClusterProfile fleet/far" in far.planes["control"].because
        assert "cannot be read as a ClusterProfile" in up.log("jobs")
        for token in (eu.token, us.token, fleet.hub.token):
            assert token not in up.log("jobs") + up.log("watch") + "\n".join(up.said)
        (fleet.inventory / "us.json").unlink()
        until(lambda: set(states()) == {"eu", "far"}, "one that goes", within=WITHIN)
        assert states()["eu"] == "healthy"
        said = json.loads((up.data_dir / "profiles" / "said.json").read_text())
        assert [one["complaints"] for one in said] == [["The object fleet/bad of demo/fleet cannot be read as a ClusterProfile."]]
