"""Hubs: clusters come, change and go with their ClusterProfiles, and neither a silent hub nor rubbish in it ends one."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from planes.demo.build import Shape
from planes.demo.serving import Demo, Options
from planes.demo.store import Doc
from planes.kube import profiles
from planes.kube.connect import Target, open_access
from planes.kube.errors import FaultError, sentence
from planes.kube.kubeconfig import Cluster
from planes.kube.profiles import Listing, Profile, Rubbish
from planes.store import selectors
from planes.structs.events import FaultKind
from planes.up.choice import Contexts
from planes.up.hub_words import Hub, hub, last_said
from planes.up.hubs import EVERY, Hubs, listed
from planes.up.refusal import RefusalError
from tests.up.inventory import profile, provider_file, put

ME = "up by profiles"
SMALL = Shape(nodes=3, pods=9, seed=7)


def watched() -> dict[str, str]:
    return {head.context: head.name for head in selectors.watched()}


class Told:
    """A hub that says what a test wants."""

    def __init__(self, *names: str) -> None:
        self.listing: Listing | FaultError = Listing("v1alpha1", tuple(plain(name) for name in names), (), more=False)
        self.asked = 0

    def __call__(self, _: Hub) -> Listing:
        self.asked += 1
        if isinstance(self.listing, FaultError):
            raise self.listing
        return self.listing


def plain(name: str, **labels: str) -> Profile:
    return Profile("fleet", name, "", "ocm", labels, {}, ())


def hubs(place: Path, told: Told, providers: str = "") -> Hubs:
    return Hubs([Hub("hub/fleet", "/k", "hub", namespace="fleet")], providers, place, ask=told, rng=random.Random(7))


@pytest.mark.django_db
def test_clusters_come_and_go_with_their_profiles_and_are_themselves_again(tmp_path: Path) -> None:
    told = Told("a", "b")
    mine = hubs(tmp_path, told)
    assert mine.declare(ME, 0.0, 1.0)
    assert watched() == {"fleet/a": "a", "fleet/b": "b"}
    slugs = {head.context: head.slug for head in selectors.watched()}
    assert not mine.declare(ME, EVERY * 0.8, 2.0), "it is not time"
    told.listing = Told("b").listing
    assert mine.declare(ME, EVERY * 1.2, 3.0)
    assert watched() == {"fleet/b": "b"}
    assert len(list(tmp_path.glob("*/*"))) == 1, "the kubeconfig of what is gone is gone"
    told.listing = Told("a", "b").listing
    mine.declare(ME, EVERY * 3, 4.0)
    assert {head.context: head.slug for head in selectors.watched()} == slugs


@pytest.mark.django_db
def test_a_hub_that_does_not_answer_ends_no_cluster_and_is_asked_less_often(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = Told("a")
    hubs(tmp_path, told).declare(ME, 0.0, 1.0)
    told.listing = sentence(FaultKind.FORBIDDEN, "Not allowed.", "Grant it.")
    again = hubs(tmp_path, told)  # a worker that has just started knows no list
    for now in range(0, 120, 5):
        again.declare(ME, float(now), 2.0)
    assert watched() == {"fleet/a": "a"}
    assert told.asked <= 5, "once to begin with, and then about once a minute"
    assert [one for one in caplog.messages if "Not allowed. Grant it." in one] == [
        "Left out: The hub hub/fleet: Not allowed. Grant it."
    ]
    (state,) = last_said(tmp_path)
    assert (state.read_at, state.complaints) == (None, ["The hub hub/fleet: Not allowed. Grant it."])


@pytest.mark.django_db
def test_rubbish_among_the_objects_is_said_and_ends_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = Told("a", "b")
    mine = hubs(tmp_path, told)
    mine.declare(ME, 0.0, 1.0)
    told.listing = Listing("v1alpha1", (plain("b"), plain("../../etc")), (Rubbish("fleet", "a"), Rubbish("", "")), more=False)
    mine.declare(ME, 100.0, 2.0)
    mine.declare(ME, 200.0, 3.0)
    assert watched() == {"fleet/a": "a", "fleet/b": "b"}
    assert caplog.messages.count("Left out: The object fleet/a of hub/fleet cannot be read as a ClusterProfile.") == 1
    assert any("has no name" in one for one in caplog.messages)


@pytest.mark.django_db
def test_two_of_one_name_are_told_apart_and_two_of_one_cluster_are_one(tmp_path: Path) -> None:
    told = Told()
    member = "multicluster.x-k8s.io/inventory-member-id"
    one, two = (Profile("fleet", name, "Shop", "ocm", {}, {}, ()) for name in ("x", "y"))
    same = (plain("c1", **{member: "7"}), plain("c2", **{member: "7"}))
    told.listing = Listing("v1alpha1", (one, two, *same), (), more=False)
    hubs(tmp_path, told).declare(ME, 0.0, 1.0)
    assert watched() == {"fleet/x": "Shop · fleet/x", "fleet/y": "Shop · fleet/y", "fleet/c1": "c1"}
    (state,) = last_said(tmp_path)
    assert state.complaints == ["fleet/c2 of hub/fleet is the same cluster as fleet/c1, and is not watched twice."]


@pytest.mark.django_db
def test_a_provider_file_that_is_written_just_now_changes_nothing_until_it_can_be_read(tmp_path: Path) -> None:
    told = Told()
    way = profiles.Way("secretreader", Cluster(server="https://127.0.0.1:9"))
    told.listing = Listing("v1alpha1", (Profile("fleet", "a", "", "ocm", {}, {}, (way,)),), (), more=False)
    file = provider_file(tmp_path / "providers.json", {})
    place = tmp_path / "place"
    mine = hubs(place, told, str(file))
    mine.declare(ME, 0.0, 1.0)
    (head,) = selectors.watched()
    before = Path(head.kubeconfig).read_bytes()
    assert b"plugin" in before
    assert b"no-access" not in before
    file.write_text("{")
    assert mine.declare(ME, 1.0, 2.0)
    assert Path(head.kubeconfig).read_bytes() == before
    assert "is not a provider file" in last_said(place)[0].complaints[0]
    provider_file(file, {}, "another")
    assert mine.declare(ME, 2.0, 3.0), "it is looked at before the hub is asked again"
    assert b"no-access" in Path(head.kubeconfig).read_bytes()
    assert Path(head.kubeconfig).stat().st_mode & 0o077 == 0
    assert (told.asked, [one.slug for one in selectors.watched()]) == (1, [head.slug])


@pytest.fixture
async def hub_demo(tmp_path: Path) -> AsyncIterator[Demo]:
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    demo = Demo(Options(tmp_path / "hub", shape=SMALL, story=False, profiles=inventory))
    await demo.start()
    yield demo
    await demo.stop()


@pytest.mark.django_db(transaction=True)
async def test_a_real_hub_is_listed_and_its_clusters_sign_in_by_our_command(hub_demo: Demo, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory"
    labels = {"environment": "prod", "topology.kubernetes.io/region": "eu-west-1", "feature.ocm/addon": "available"}
    put(inventory, profile("a", server=hub_demo.url, ca=hub_demo.authority.pem, labels=labels, display="Shop, EU"))
    put(inventory, profile("b", provider="google"))
    (inventory / "rubbish.json").write_text('{"metadata": {"name": "c", "namespace": "fleet"}, "spec": [7]}')
    file = provider_file(tmp_path / "providers.json", {hub_demo.url: hub_demo.token})
    place = tmp_path / "place"
    found = Hub("demo", str(hub_demo.kubeconfig), "demo")
    async with asyncio.timeout(20):
        while len((await asyncio.to_thread(listed, found)).rubbish) < 1:  # noqa: ASYNC110 - the demo looks at its directory now and then
            await asyncio.sleep(0.1)
    mine = Hubs([found], str(file), place)
    await asyncio.to_thread(mine.declare, ME, 0.0, 1.0)
    heads = {head.context: head for head in await asyncio.to_thread(selectors.watched)}
    assert set(heads) == {"fleet/a", "fleet/b"}
    one = heads["fleet/a"]
    expected = {
        "environment": "prod",
        "region": "eu-west-1",
        "location": "Frankfurt",
        "cluster-manager": "open-cluster-management",
    }
    assert (one.name, one.labels) == ("Shop, EU", expected)
    access = await open_access(Target(one.kubeconfig, one.context))
    assert (access.server, access.signed_in_with) == (hub_demo.url, "the token from the sign-in plugin")
    await access.client.close()
    with pytest.raises(FaultError, match=r"has no credential .*fleet/b.* google; the provider file has secretreader") as refused:
        await open_access(Target(heads["fleet/b"].kubeconfig, "fleet/b"))
    assert refused.value.fault.kind is FaultKind.CREDENTIALS
    assert "Put a command for it into the provider file" in refused.value.fault.remedy


async def test_what_keeps_a_hub_from_being_listed_is_said(tmp_path: Path) -> None:
    demo = Demo(Options(tmp_path, shape=SMALL, story=False))
    await demo.start()
    try:
        with pytest.raises(FaultError, match=r"may not list clusterprofiles.multicluster.x-k8s.io in the namespace fleet"):
            await profiles.listed(Target(str(demo.kubeconfig)), "fleet")
        demo.app.tokens[demo.token] = demo.app.tokens[demo.admin_token]
        with pytest.raises(FaultError, match="does not serve ClusterProfiles") as refused:
            await profiles.listed(Target(str(demo.kubeconfig)))
        assert refused.value.fault.kind is FaultKind.NOT_SERVED
        assert "CustomResourceDefinition" in refused.value.fault.remedy
    finally:
        await demo.stop()


async def test_many_profiles_are_read_page_by_page_up_to_a_bound(hub_demo: Demo) -> None:
    table = hub_demo.cluster.store.table("clusterprofiles", "multicluster.x-k8s.io")
    table.load([Doc.of(profile(f"c{number:03}")) for number in range(profiles.MOST + 1)])
    found = await profiles.listed(Target(str(hub_demo.kubeconfig)))
    assert (len(found.profiles), found.more, found.version) == (profiles.MOST, True, "v1alpha1")


CONTEXTS = Contexts(("hub", "default/api:6443/admin", "arn:aws:eks:eu:1:cluster/prod"), "hub")


@pytest.mark.parametrize(
    ("word", "context", "namespace", "inside"),
    [
        ("hub", "hub", "", False),
        ("hub/fleet", "hub", "fleet", False),
        ("default/api:6443/admin", "default/api:6443/admin", "", False),
        ("arn:aws:eks:eu:1:cluster/prod/fleet", "arn:aws:eks:eu:1:cluster/prod", "fleet", False),
        ("in-cluster", "", "", True),
        ("in-cluster/fleet", "", "fleet", True),
    ],
)
def test_a_hub_is_a_context_and_perhaps_a_namespace(word: str, context: str, namespace: str, inside: bool) -> None:
    found = hub(word, ["/k"], lambda _: CONTEXTS)
    assert (found.context, found.namespace, found.in_cluster) == (context, namespace, inside)


@pytest.mark.parametrize("word", ["", "/", "hub/", "other", "other/fleet", "in-clusters"])
def test_what_names_no_hub_is_refused_with_what_would(word: str) -> None:
    with pytest.raises(RefusalError, match="names no context") as refused:
        hub(word, ["/k"], lambda _: CONTEXTS)
    assert "in-cluster" in refused.value.remedy
