"""What the next minor version meets, at the bounds of the version skew policy."""

import pytest

from planes.assess.upgrade import Met, Target, Weight, api, component, heaviest, hooks, left_behind, servers, target
from planes.structs.survey import DeprecatedApi, HookRow, RunRow, SurveyRow
from planes.structs.thresholds import DEFAULT

GOAL = Target("1.37")


@pytest.mark.parametrize(
    ("versions", "found"),
    [
        ((), None),
        (("no version",), None),
        (("v1.36.2",), Target("1.37")),
        (("v1.36.0+k3s1", "v1.36.2+k3s1"), Target("1.37")),  # patch versions are no upgrade to another minor
        (("v1.35.9", "v1.36.2"), Target("1.36", under_way=True)),
        (("v1.9.11", "v1.10.1"), Target("1.10", under_way=True)),
        (("odd", "v1.36.2"), Target("1.37")),
    ],
)
def test_the_next_minor_version_comes_once_all_api_servers_are_at_one(versions: tuple[str, ...], found: Target | None) -> None:
    assert target(versions) == found


@pytest.mark.parametrize(
    ("version", "goal", "weight"),
    [
        ("v1.36.2", "1.37", Weight.FINE),
        ("v1.37.0", "1.37", Weight.FINE),
        ("v1.35.2", "1.37", Weight.BLOCKS),
        ("main", "1.37", Weight.UNTOLD),
    ],
)
def test_an_api_server_goes_up_one_minor_version_at_a_time(version: str, goal: str, weight: Weight) -> None:
    assert [one.weight for one in servers(SurveyRow(versions=(version,)), Target(goal))] == [weight]


@pytest.mark.parametrize(
    ("kind", "version", "weight"),
    [
        ("kube-scheduler", "v1.38.0", Weight.BLOCKS),  # newer than API servers will be
        ("kube-scheduler", "v1.37.0", Weight.FINE),
        ("kube-scheduler", "v1.36.5", Weight.FINE),
        ("kube-scheduler", "v1.35.5", Weight.BLOCKS),
        ("kube-controller-manager", "v1.35.5", Weight.BLOCKS),
        ("cloud-controller-manager", "v1.35.5", Weight.BLOCKS),
        ("kubelet", "v1.34.0", Weight.FINE),
        ("kubelet", "v1.33.9", Weight.BLOCKS),
        ("kube-proxy", "v1.34.0", Weight.FINE),
        ("kube-proxy", "v1.33.9", Weight.BLOCKS),
        ("kubelet", "", Weight.UNTOLD),
        ("kubelet", "v2.0.0", Weight.UNTOLD),
    ],
)
def test_what_is_too_old_for_the_next_version_goes_first(kind: str, version: str, weight: Weight) -> None:
    assert component(RunRow(kind, version, 1), GOAL, DEFAULT).weight is weight


@pytest.mark.parametrize(
    ("version", "goal", "weight"),
    [
        ("v1.24.1", "1.26", Weight.FINE),
        ("v1.24.1", "1.27", Weight.BLOCKS),  # two, before 1.25
        ("v1.25.1", "1.28", Weight.FINE),  # three since
        ("v1.25.1", "1.29", Weight.BLOCKS),
    ],
)
def test_kubelets_before_1_25_may_be_two_older_and_those_since_three(version: str, goal: str, weight: Weight) -> None:
    assert component(RunRow("kubelet", version, 1), Target(goal), DEFAULT).weight is weight


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("v1.37.0", "is at 1.37 already."),
        ("v1.36.0", "may stay while API servers go up: 1 minor version older, 1.37 allows 3."),
        ("v1.35.0", "may stay while API servers go up: 2 minor versions older, 1.37 allows 3."),
    ],
)
def test_what_may_stay_says_how_far_behind_it_would_be(version: str, said: str) -> None:
    assert component(RunRow("kubelet", version, 1), GOAL, DEFAULT).said == said


def test_what_counts_its_own_versions_is_not_judged() -> None:
    told = component(RunRow("kubelet", "v1.2.3-vk", 4, ("a",), own=True), GOAL, DEFAULT)
    assert (told.weight, told.count, told.names) == (Weight.UNTOLD, 4, ("a",))


def test_nodes_are_left_behind_by_a_minor_version_of_the_oldest_api_server() -> None:
    runs = tuple(RunRow("kubelet", version, 1) for version in ("", "v1.34.9", "v1.35.9", "v1.36.0"))
    own = RunRow("kubelet", "v1.1.0", 1, own=True)
    found = SurveyRow(versions=("v1.36.2", "v1.37.0"), runs=(*runs, own, RunRow("kube-proxy", "v1.30.0", 1)))
    assert [one.version for one in left_behind(found)] == ["v1.34.9", "v1.35.9"]
    assert left_behind(SurveyRow(runs=runs)) == []


def test_the_oldest_api_server_is_so_by_number_and_not_by_letter() -> None:
    runs = tuple(RunRow("kubelet", version, 1) for version in ("v1.8.0", "v1.9.0"))
    assert [one.version for one in left_behind(SurveyRow(versions=("v1.9.1", "v1.10.0"), runs=runs))] == ["v1.8.0"]


@pytest.mark.parametrize(
    ("removed", "weight"),
    [("", Weight.FINE), ("1.36", Weight.BLOCKS), ("1.37", Weight.BLOCKS), ("1.38", Weight.FINE), ("soon", Weight.UNTOLD)],
)
def test_an_api_that_the_next_version_has_no_more_is_to_be_left_first(removed: str, weight: Weight) -> None:
    assert api(DeprecatedApi("policy", "v1beta1", "podsecuritypolicies", "", removed), GOAL).weight is weight


def test_an_api_is_named_as_manifests_name_it() -> None:
    assert api(DeprecatedApi("", "v1", "componentstatuses"), GOAL).name == "v1 componentstatuses"
    assert api(DeprecatedApi("apps", "v1beta1", "deployments", "scale"), GOAL).name == "apps/v1beta1 deployments/scale"


@pytest.mark.parametrize(
    ("ready", "catches", "weight"),
    [
        (0, ("pods: create",), Weight.BLOCKS),
        (0, (), Weight.LOOK),
        (1, ("pods: create",), Weight.LOOK),
        (1, (), Weight.FINE),
        (None, ("pods: create",), Weight.LOOK),
        (None, (), Weight.UNTOLD),
    ],
)
def test_a_webhook_is_in_the_way_by_what_it_catches_and_whether_it_answers(
    ready: int | None, catches: tuple[str, ...], weight: Weight
) -> None:
    assert [one.weight for one in hooks([HookRow("gate", "w", "ns/svc", ready, catches)])] == [weight]


@pytest.mark.parametrize(
    ("hook", "name", "said"),
    [
        (
            HookRow("gate", "gate", "ns/svc", None),
            "gate",
            "calls ns/svc; {unseen}, and it catches nothing an upgrade does, by its rules.",
        ),
        (
            HookRow("gate", "w", "ns/svc", None, ("pods: create",)),
            "w (gate)",
            "calls ns/svc; {unseen}, and it catches pods: create.",
        ),
        (HookRow("gate", "w", "", None, ("pods: create",)), "w (gate)", "calls nobody; {unseen}, and it catches pods: create."),
    ],
)
def test_of_a_webhook_whose_service_cannot_be_seen_it_is_said_what_it_calls_and_catches(
    hook: HookRow, name: str, said: str
) -> None:
    (told,) = hooks([hook])
    assert (told.name, told.said) == (name, said.format(unseen="whether that is ready cannot be seen"))


def test_what_a_webhook_leaves_out_is_said() -> None:
    told = next(iter(hooks([HookRow("gate", "w", "ns/svc", 1, ("pods: create",), ("kube-system",))])))
    assert told.said.endswith("it refuses pods: create. It leaves out kube-system.")


def test_the_heaviest_is_what_weighs_most_and_not_what_is_first_by_letter() -> None:
    met = [Met(one, "kind", "name", "said") for one in (Weight.FINE, Weight.LOOK, Weight.UNTOLD)]
    assert (heaviest(met), heaviest(met[::2])) == (Weight.LOOK, Weight.UNTOLD)


def test_the_heaviest_counts_and_nothing_is_fine() -> None:
    met = [*hooks([HookRow("gate", "w", "ns/svc", ready, ("pods: create",)) for ready in (1, 0)])]
    assert (heaviest(met), heaviest(met[:1]), heaviest([])) == (Weight.BLOCKS, Weight.LOOK, Weight.FINE)
