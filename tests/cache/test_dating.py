"""When something began: by the cluster's own date where that is older than our first sight of it, store by store."""

import pytest

from planes.cache.dating import dated
from planes.cache.pods import PodStore
from planes.cache.stores import Dirty
from planes.cache.system import PodTrack
from planes.cache.workloads import ApiServiceStore, EndpointStore, WebhookStore
from planes.structs import objects
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Condition, LabelledMeta
from planes.structs.timestamps import epoch
from planes.structs.workload_observations import UndecidedSeen

#: 12:00:00 by the cluster's clock is 100.0 on ours.
NOON = epoch("2026-11-22T12:00:00Z") or Epoch(0.0)
OFFSET = NOON - 100.0


def clock(second: float) -> str:
    """A timestamp as controllers write it, in whole seconds, or with its fraction."""
    whole, rest = divmod(second, 1)
    return f"2026-11-22T12:{int(whole) // 60:02d}:{int(whole) % 60:02d}{f'{rest:.6f}'[1:] if rest else ''}Z"


# --- the rule -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "otherwise_at", "began"),
    [
        (50.0, None, 50.0),
        (98.0, None, 100.0),  # within two seconds: of what began while we looked
        (97.5, None, 97.5),
        (99.0, None, 100.0),
        (150.0, None, 100.0),  # its clock is ahead
        (50.0, 60.0, 60.0),  # nothing is older than what was seen of it allows
        (50.0, 40.0, 50.0),
        (50.0, 99.0, 100.0),
        (None, 60.0, 100.0),
    ],
)
def test_what_was_so_at_first_sight_began_when_the_cluster_says_but_not_before_it_was_seen_otherwise(
    date: float | None, otherwise_at: float | None, began: float
) -> None:
    told = None if date is None else Epoch(1_000.0 + date)
    assert dated(Mono(100.0), told, 1_000.0, None if otherwise_at is None else Mono(otherwise_at)) == began


def test_without_the_clusters_clock_nothing_is_older_than_our_sight_of_it() -> None:
    assert dated(Mono(100.0), Epoch(10.0), None) == 100.0


# --- pods of components -------------------------------------------------------------------------------------------------------


def pod(
    ready: str = "True",
    turned: float | None = 0.0,
    *,
    reason: str = "",
    deleted: float | None = None,
    grace: int | None = None,
    created: float | None = None,
    node: str = "n",
    more: tuple[Condition, ...] = (),
) -> objects.SystemPod:
    meta = LabelledMeta(
        "p",
        "kube-system",
        "u",
        creationTimestamp=None if created is None else clock(created),
        deletionTimestamp=None if deleted is None else clock(deleted),
        deletionGracePeriodSeconds=grace,
    )
    said = Condition("Ready", ready, lastTransitionTime=None if turned is None else clock(turned))
    return objects.SystemPod(meta, objects.SystemPodSpec(node), objects.PodStatus("Running", reason, [*more, said]))


def changed_at(track: PodTrack, offset: float | None = OFFSET) -> float:
    return track.seen(False, offset=offset).changed_at


def test_a_pod_is_ready_or_not_since_its_ready_condition_says() -> None:
    other = Condition("Initialized", "True", lastTransitionTime=clock(40.0))
    track = PodTrack(pod(turned=0.0, more=(other,)), "x", Mono(200.0))
    assert (changed_at(track), changed_at(track, None)) == (101.0, 200.0)  # whole seconds: up to one later
    assert changed_at(PodTrack(pod(turned=None), "x", Mono(200.0))) == 200.0


def test_a_pod_that_turned_between_two_looks_turned_after_the_first() -> None:
    track = PodTrack(pod(turned=0.0), "x", Mono(200.0))
    track.change(pod("False", 120.5), Mono(300.0))
    assert changed_at(track) == 220.5
    late = PodTrack(pod(turned=0.0), "x", Mono(200.0))
    late.change(pod("False", 10.0), Mono(300.0))
    assert changed_at(late) == 200.0, "it was seen to be ready then"


def test_another_reason_alone_is_not_dated_by_the_condition() -> None:
    track = PodTrack(pod("False", 0.0), "x", Mono(200.0))
    track.change(pod("False", 0.0, reason="CrashLoopBackOff"), Mono(300.0))
    assert changed_at(track) == 300.0


@pytest.mark.parametrize(("grace", "since"), [(30, 231.0), (0, 261.0), (None, 261.0)])
def test_a_pod_is_being_deleted_since_its_time_to_end_began(grace: int | None, since: float) -> None:
    track = PodTrack(pod(turned=0.0), "x", Mono(200.0))
    track.change(pod(turned=0.0, deleted=160.0, grace=grace), Mono(300.0))
    assert changed_at(track) == since


UNSCHEDULABLE = Condition("PodScheduled", "False", "Unschedulable", lastTransitionTime=clock(3.0))


@pytest.mark.parametrize(
    ("made", "since"),
    [
        (pod(node="", more=(UNSCHEDULABLE,)), 3.0),
        (pod(node="", more=(Condition("Initialized", "False", "Unschedulable"), UNSCHEDULABLE)), 3.0),
        (pod(node="", created=2.0, more=(UNSCHEDULABLE,)), 3.0),
        (pod(node="", created=2.0, more=(Condition("PodScheduled", "False", "Unschedulable"),)), 2.0),
        (pod(node="", more=(Condition("PodScheduled", "False", "Unschedulable"),)), -NOON),
        (pod(node="n", more=(UNSCHEDULABLE,)), None),
        (pod(node="", more=(Condition("PodScheduled", "True", "Unschedulable", lastTransitionTime=clock(3.0)),)), None),
        (pod(node="", more=(Condition("PodScheduled", "False", "SchedulingGated", lastTransitionTime=clock(3.0)),)), None),
        (pod(node=""), None),
    ],
)
def test_a_pod_has_no_node_since_its_scheduler_said_that_none_will_do(made: objects.SystemPod, since: float | None) -> None:
    expected = None if since is None else NOON + since
    assert PodTrack(made, "x", Mono(200.0)).seen(False).homeless_since == expected


def test_whether_its_containers_are_ready_is_told_of_a_pod() -> None:
    made = pod("False")
    made.status.containerStatuses = [objects.ContainerStatus("c", True)]
    assert PodTrack(made, "x", Mono(1.0)).seen(False).containers_ready


# --- pods that no scheduler has decided about ----------------------------------------------------------------------------------


def waiting(name: str, created: float | None) -> objects.Pod:
    return objects.Pod(objects.OwnedMeta(name, "shop", name, creationTimestamp=None if created is None else clock(created)))


def test_a_pod_waits_since_it_was_created_and_our_own_sight_of_it_is_told_beside() -> None:
    store = PodStore(Dirty())
    store.changed(waiting("b", 0.0), Mono(200.0))
    store.changed(waiting("a", 50.0), Mono(190.0))
    assert store.undecided_seen(OFFSET) == UndecidedSeen(
        count=2, oldest=Mono(101.0), sighted=Mono(200.0), names=("shop/b", "shop/a")
    )
    assert store.undecided_seen() == UndecidedSeen(count=2, oldest=Mono(190.0), sighted=None, names=("shop/a", "shop/b"))


# --- endpoints, API services, webhooks -----------------------------------------------------------------------------------------


def piece(name: str, triggered: float | None, *, ready: bool) -> objects.EndpointSlice:
    annotations = {} if triggered is None else {"endpoints.kubernetes.io/last-change-trigger-time": clock(triggered)}
    meta = LabelledMeta(name, "policy", annotations=annotations, labels={"kubernetes.io/service-name": "gate"})
    return objects.EndpointSlice(meta, [objects.Endpoint(["10.0.0.1"], objects.EndpointConditions(ready))])


def since(store: EndpointStore) -> float:
    found = store.find("policy/gate", OFFSET)
    assert found is not None
    return found.since


def test_a_service_is_as_it_is_since_the_last_change_of_any_of_its_slices() -> None:
    store = EndpointStore()
    store.listed([piece("a", 5.0, ready=False), piece("b", 9.0, ready=False)], Mono(200.0))
    assert since(store) == 110.0
    other_way_round = EndpointStore()
    other_way_round.listed([piece("b", 9.0, ready=False), piece("a", 5.0, ready=False)], Mono(200.0))
    assert since(other_way_round) == 110.0
    store.changed(piece("b", 60.0, ready=False), Mono(300.0))
    assert since(store) == 110.0, "it has had no ready one all the while"


def test_a_service_is_dated_only_if_all_of_its_slices_are() -> None:
    store = EndpointStore()
    store.listed([piece("a", 5.0, ready=False), piece("b", None, ready=False)], Mono(200.0))
    assert since(store) == 200.0


def test_a_service_that_turned_between_two_looks_turned_after_the_first() -> None:
    store = EndpointStore()
    store.changed(piece("a", 0.0, ready=True), Mono(200.0))
    store.changed(piece("a", 120.0, ready=False), Mono(300.0))
    assert since(store) == 221.0
    store.changed(piece("a", 20.0, ready=True), Mono(400.0))
    assert since(store) == 300.0


def api_service(available: str, turned: float | None) -> objects.APIService:
    said = [] if turned is None else [Condition("Available", available, lastTransitionTime=clock(turned))]
    return objects.APIService(LabelledMeta("a"), status=objects.APIServiceStatus(said))


def test_an_api_service_turned_when_its_condition_says() -> None:
    store = ApiServiceStore()
    for at, one, turned in (
        (200.0, api_service("True", 0.0), 101.0),
        (210.0, api_service("True", 50.0), 101.0),  # the same still
        (300.0, api_service("False", 120.0), 221.0),
        (310.0, api_service("False", 130.0), 221.0),
        (400.0, api_service("True", 10.0), 310.0),  # not before it was seen otherwise
        (500.0, api_service("", None), 500.0),  # it says nothing any more
    ):
        store.changed(one, Mono(at))
        assert store.dated(OFFSET)["a"].since == turned
    assert store.dated(None)["a"].since == 500.0


def webhooks(created: float, *urls: str) -> objects.WebhookConfiguration:
    made = [objects.Webhook(url, "Fail", objects.WebhookClient(None, url)) for url in urls]
    return objects.WebhookConfiguration(LabelledMeta("c", uid="u", creationTimestamp=clock(created)), made)


def test_a_webhook_that_was_there_at_first_sight_calls_since_its_configuration_was_created() -> None:
    store = WebhookStore()
    store.changed(webhooks(0.0, "https://a"), Mono(200.0))
    store.changed(webhooks(0.0, "https://a", "https://b"), Mono(300.0))
    assert [(one.name, one.since) for one in store.seen([], OFFSET)] == [("https://a", 101.0), ("https://b", 300.0)]
    assert [one.since for one in store.seen([])] == [200.0, 300.0]
