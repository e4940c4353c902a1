"""Finding by a part of a name: what is equal first, then what begins so; of many clusters and 20 at most."""

import pytest
from msgspec.structs import replace

from planes.components.registry import title_of
from planes.models import Cluster
from planes.store import clusters, services
from planes.store.finding import EACH, MOST, Found, Source, find, rank
from planes.store.stored import Stored
from planes.structs.rows import Frame, InstanceRow, PodRow
from planes.structs.verdicts import State
from tests.store.rows import NOW, full, node


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("node-1", "node-1", 0),
        ("Node-1", "node-1", 0),
        ("node-10", "node-1", 1),
        ("my-node-1", "node-1", 2),
        ("team=payments", "pay", 2),
        ("kube_proxy", "proxy", 2),
        ("prepay", "pay", 3),
        ("node-1", "node-2", None),
        ("", "a", None),
        ("a.b", "a.b", 0),
        ("axb", "a.b", None),
    ],
)
def test_what_is_equal_goes_before_what_begins_so_and_a_word_before_a_part(text: str, wanted: str, expected: int | None) -> None:
    assert rank(text, wanted) == expected


KIND = full(()).components[0].kind


def pod(namespace: str, name: str, reason: str = "") -> PodRow:
    return PodRow(namespace, name, "Running", 1, 1, 0, reason)


def store(name: str, frame: Frame, others: tuple[clusters.Declaration, ...] = ()) -> Source:
    clusters.declare([clusters.Declaration("kubeconfig", name, "/etc/kube", name), *others])
    found = Cluster.objects.get(name=name)
    services.flush(found.pk, services.take(found.pk), 1, frame)
    return Source(found.pk, found.slug, found.name)


@pytest.fixture
def prod(db: None) -> Source:
    frame = full(("cp-1", "node-1", "node-10", "node-2"))
    frame.nodes["node-1"] = replace(
        node("node-1", pods=0),
        address="10.0.0.11",
        labels={"team": "Payments", "os": "linux"},
        pods=(pod("shop", "cart-1"), pod("shop", "cart-10"), pod("kube-system", "coredns-x"), pod("ops*", 'we"ird')),
    )
    frame.nodes["node-2"] = replace(
        node("node-2", pods=0), labels={"os": "linux"}, pods=(pod("pay", "cart-1", "CrashLoopBackOff"),)
    )
    frame.components[0] = replace(frame.components[0], instances=(InstanceRow(f"{KIND}-cp-1", "cp-1", state=State.HEALTHY),))
    return store("Prod", frame)


def told(found: Found) -> list[str]:
    return [f"{hit.kind} {hit.name}" for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("prod", ["cluster Prod"]),
        ("10.0.0.11", ["address 10.0.0.11"]),
        ("team=pay", ["label team=Payments"]),
        ("payments", ["label team=Payments"]),
        ("os=linux", ["label os=linux"]),
        ("shop/cart-1", ["pod shop/cart-1", "pod shop/cart-10"]),
        ("cart-1", ["pod pay/cart-1", "pod shop/cart-1", "pod shop/cart-10"]),
        ("shop/", ["pod shop/cart-1", "pod shop/cart-10"]),
        ("coredns", ["pod kube-system/coredns-x"]),
        ("ops*/we", ['pod ops*/we"ird']),
        ('we"ird', ['pod ops*/we"ird']),
        ("crashloop", []),
        ("running", []),
        ("%", []),
        ("_", []),
        ("", []),
        ("  ", []),
        ("no such thing", []),
        ("a/b/c", []),
        ("\\", []),
        ("[", []),
    ],
)
def test_what_is_typed_is_found_wherever_it_stands(prod: Source, text: str, expected: list[str]) -> None:
    assert told(find([prod], text)) == expected


def test_components_instances_and_versions_are_found_with_what_opens_them(prod: Source) -> None:
    (instance,) = find([prod], f"{KIND}-cp").hits
    assert (instance.kind, instance.name, instance.where) == ("instance", f"{KIND}-cp-1", KIND)
    (component,) = [hit for hit in find([prod], title_of(KIND).lower()).hits if hit.kind == "component"]
    assert (component.name, component.where, component.rank) == (title_of(KIND), KIND, 0)
    assert [hit.name for hit in find([prod], "NODE-1").hits if hit.kind == "node"] == ["node-1", "node-10"]
    (version,) = [hit for hit in find([prod], "v1.36").hits if hit.kind == "version"]
    assert version.about == "4 nodes"
    (label,) = [hit for hit in find([prod], "linux").hits if hit.kind == "label"]
    assert (label.where, label.about) == ("os=linux", "2 nodes")


def test_only_the_clusters_that_are_named_are_searched(prod: Source) -> None:
    assert find([], "node-1") == Found((), False)
    assert find([Source(prod.id + 1, "other", "Other")], "node-1").hits == ()


def test_of_many_the_best_are_told_and_no_kind_crowds_out_the_others(db: None) -> None:
    names = tuple(f"web-{number}" for number in range(60))
    frame = full(names)
    frame.nodes = {name: replace(node(name, pods=0), pods=(pod("web", f"{name}-web"),)) for name in names}
    found = find([store("Web", frame)], "web")
    assert (len(found.hits), found.more) == (MOST, True)
    assert told(found)[0] == "cluster Web"
    assert sum(hit.kind == "pod" for hit in found.hits) >= EACH
    assert sum(hit.kind == "node" for hit in found.hits) >= EACH


def test_a_pod_is_found_among_thousands_that_hold_the_same(db: None) -> None:
    names = tuple(f"node-{number}" for number in range(400))
    frame = full(names)
    frame.nodes = {name: replace(node(name, pods=0), pods=(pod("default", f"job-{name}", "Unhealthyx"),)) for name in names}
    frame.nodes["node-399"] = replace(node("node-399", pods=0), pods=(pod("a-default-b", "default"), pod("z", "my-nhealthyx")))
    source = store("Many", frame)
    assert told(find([source], "default"))[0] == "pod a-default-b/default"
    # Every row holds it in a reason, one in a name.
    assert told(find([source], "nhealthyx")) == ["pod z/my-nhealthyx"]


def test_a_label_that_changes_is_found_at_once_and_the_one_before_no_longer(prod: Source) -> None:
    epoch, stored = services.take(prod.id), Stored()
    for offset, value in enumerate(("old-one", "new-one"), start=1):
        changed = replace(node("node-1", pods=0), labels={"tier": value})
        services.flush(prod.id, epoch, offset, Frame(at=NOW, nodes={"node-1": changed}), stored=stored)
    assert told(find([prod], "new-one")) == ["label tier=new-one"]
    assert told(find([prod], "old-one")) == []
