"""What a cluster was ever seen to have, as it is stored."""

import pytest

from planes.assess.baseline import Baseline, decode, encode
from planes.structs.events import CacheEvent, Check, Health, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from tests.components.observed import lease, pod, view


def test_a_malformed_baseline_is_an_empty_one() -> None:
    assert decode(b"[1, 2") == Baseline()
    assert decode(b"") == Baseline()


def test_a_baseline_is_read_as_it_was_stored() -> None:
    made = Baseline(leases=["kube-scheduler"], etcd_check=True, renewal=(2.0, 1.0), recent={"flip": {"n": [5.0]}})
    assert decode(encode(made)) == made


CHECKED = Health("/livez", Mono(100.0), 0.1, 200, (Check("ping", True), Check("etcd", True)))


@pytest.mark.parametrize(
    ("told", "learned"),
    [
        (lease("kube-scheduler"), Baseline(leases=["kube-scheduler"])),
        (pod("p", {"component": "etcd", "tier": "control-plane"}, mirror=True), Baseline(pods=["etcd"])),
        (pod("p", {"k8s-app": "kube-proxy"}), Baseline(kube_proxy=True)),
        (lease("n", Feed.NODE_LEASES, space="kube-node-lease"), Baseline(node_leases=True)),
        (CHECKED, Baseline(etcd_check=True)),
    ],
)
def test_what_is_seen_for_the_first_time_is_news_and_is_learned_once(told: CacheEvent, learned: Baseline) -> None:
    cache, made = view([told]).cache, Baseline()
    assert (made.learn(cache), made) == (True, learned)
    assert (made.learn(cache), made) == (False, learned)
    assert (made.learn(view([]).cache), made) == (False, learned), "what was seen once is not forgotten"


def test_of_a_renewal_it_is_learned_how_long_both_certificates_had_left() -> None:
    made, shown = Baseline(), ((100.0, 5_000.0), (200.0, 9_000.0), (801.0, 9_000.0))
    cache = view([Server(Mono(at), certificate_not_after=ends) for at, ends in shown]).cache
    assert made.learn(cache, 1_000.0) is True
    assert made.renewal == (9_000.0 - 1_200.0, 5_000.0 - 1_200.0)
