"""What is watched, in which order, and what is said of it."""

from pathlib import Path

import pytest

from planes.up.choice import Around, Asked, Contexts, UnreadableError, choose
from planes.up.refusal import Exit, RefusalError

KUBECONFIGS = {
    "usual": Contexts(("kind", "prod"), "kind"),
    "other": Contexts(("stage", "prod"), "stage"),
    "adrift": Contexts(("a", "b"), ""),
}


def read(kubeconfig: str) -> Contexts:
    """By the last part of the path."""
    name = Path(kubeconfig).name.replace("config", "usual")
    if name not in KUBECONFIGS:
        raise UnreadableError(f"{kubeconfig} is not YAML.", "Mend it.")
    return KUBECONFIGS[name]


class Place:
    """A home directory, with as much in it as a test puts there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ: dict[str, str] = {}
        self.account = home / "token"

    def has_kubeconfig(self) -> "Place":
        (self.home / ".kube").mkdir()
        (self.home / ".kube" / "config").touch()
        return self

    def is_a_pod(self) -> "Place":
        self.environ["KUBERNETES_SERVICE_HOST"] = "10.0.0.1"
        self.account.touch()
        return self

    def names(self, *kubeconfigs: str) -> "Place":
        self.environ["KUBECONFIG"] = ":".join(str(self.home / name) for name in kubeconfigs)
        for name in kubeconfigs:
            (self.home / name).touch()
        return self

    def around(self) -> Around:
        return Around(self.environ, self.home, self.account)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_hub_is_watched_itself_only_where_its_context_is_named(place: Place) -> None:
    place.has_kubeconfig()
    assert watched(Asked(profiles=("kind",)), place) == []
    assert watched(Asked(profiles=("stage",), kubeconfigs=(str(place.home / "other"),)), place) == []
    assert watched(Asked(profiles=("kind",), contexts=("kind",)), place) == [("kubeconfig", "kind")]
    why = choose(Asked(profiles=("kind",), directories=("/d",)), place.around(), Path("/data/demo"), read).why
    assert why == "what the kubeconfigs in /d and the ClusterProfiles of kind name"


def watched(asked: Asked, place: Place) -> list[tuple[str, str]]:
    return [(one.source, one.context) for one in choose(asked, place.around(), Path("/data/demo"), read).watched]


def test_options_come_before_everything_else(place: Place) -> None:
    place.has_kubeconfig().is_a_pod().names("usual")
    assert watched(Asked(kubeconfigs=(str(place.home / "other"),)), place) == [("kubeconfig", "stage")]


def test_a_pods_service_account_comes_before_a_kubeconfig(place: Place) -> None:
    place.has_kubeconfig().is_a_pod().names("usual")
    assert watched(Asked(), place) == [("in-cluster", "")]


def test_a_cluster_without_a_service_account_is_no_pod_of_ours(place: Place) -> None:
    place.is_a_pod().account.unlink()
    assert watched(Asked(), place) == [("demo", "demo")]


def test_the_variable_kubeconfig_comes_before_the_one_in_the_home_directory(place: Place) -> None:
    place.has_kubeconfig().names("other")
    assert watched(Asked(), place) == [("kubeconfig", "stage")]


def test_the_home_directorys_kubeconfig_is_watched_at_its_current_context(place: Place) -> None:
    choice = choose(Asked(), place.has_kubeconfig().around(), Path("/data/demo"), read)
    assert [(one.context, one.kubeconfig) for one in choice.watched] == [("kind", str(place.home / ".kube" / "config"))]
    assert choice.why == "context 'kind', the current one of ~/.kube/config"


def test_with_nothing_at_all_it_is_the_demo_cluster_and_says_why(place: Place) -> None:
    choice = choose(Asked(), place.around(), Path("/data/demo"), read)
    assert choice.demo
    assert choice.watched[0].kubeconfig == "/data/demo/kubeconfig"
    assert choice.why.startswith("the demo cluster, because there is no --kubeconfig")


def test_the_demo_that_was_asked_for_is_watched_alone(place: Place) -> None:
    assert watched(Asked(demo=True), place.has_kubeconfig().is_a_pod()) == [("demo", "demo")]


def test_of_several_demos_each_has_a_name_and_a_place_of_its_own_and_the_first_those_it_always_had(place: Place) -> None:
    choice = choose(Asked(demo=True, demo_clusters=3), place.around(), Path("/data/demo"), read)
    told = [(one.source, one.name, one.kubeconfig) for one in choice.watched]
    assert told == [("demo", name, f"/data/{name}/kubeconfig") for name in ("demo", "demo-2", "demo-3")]
    assert choice.why == "3 demo clusters (--demo)"


def test_the_demo_joins_what_the_options_name(place: Place) -> None:
    assert watched(Asked(contexts=("prod",), demo=True), place.has_kubeconfig()) == [("kubeconfig", "prod"), ("demo", "demo")]


def test_all_contexts_of_all_kubeconfigs(place: Place) -> None:
    asked = Asked(kubeconfigs=(str(place.home / "usual"), str(place.home / "other")), all_contexts=True)
    assert watched(asked, place.names("usual", "other")) == [
        ("kubeconfig", "kind"),
        ("kubeconfig", "prod"),
        ("kubeconfig", "stage"),
        ("kubeconfig", "prod"),
    ]


def test_a_context_that_no_kubeconfig_has_is_refused_with_those_that_there_are(place: Place) -> None:
    with pytest.raises(RefusalError, match=r"no context 'nope' in .*It has: kind, prod\.") as refused:
        choose(Asked(contexts=("nope",)), place.has_kubeconfig().around(), Path("/data/demo"), read)
    assert refused.value.code is Exit.USAGE


def test_what_is_of_use_is_watched_and_what_is_not_is_said(place: Place) -> None:
    asked = Asked(kubeconfigs=(str(place.home / "broken"), str(place.home / "usual")), contexts=("prod", "nope"))
    choice = choose(asked, place.names("usual", "broken").around(), Path("/data/demo"), read)
    assert [one.context for one in choice.watched] == ["prod"]
    assert len(choice.complaints) == 2
    assert "is not YAML" in choice.complaints[0]
    assert "no context 'nope'" in choice.complaints[1]


@pytest.mark.parametrize("asked", [Asked(), Asked(contexts=("kind",)), Asked(all_contexts=True)])
def test_a_kubeconfig_that_is_of_no_use_is_refused_and_never_replaced_by_the_demo(asked: Asked, place: Place) -> None:
    with pytest.raises(RefusalError, match=r"broken is not YAML\. Mend it\."):
        choose(asked, place.names("broken").around(), Path("/data/demo"), read)


def test_a_kubeconfig_without_a_current_context_asks_for_one(place: Place) -> None:
    with pytest.raises(RefusalError, match=r"has no current context\. Name one of a, b with --context"):
        choose(Asked(), place.names("adrift").around(), Path("/data/demo"), read)


def test_files_of_kubeconfig_that_do_not_exist_are_left_out_as_kubectl_does(place: Place) -> None:
    place.names("usual")
    place.environ["KUBECONFIG"] += f":{place.home / 'gone'}"
    choice = choose(Asked(), place.around(), Path("/data/demo"), read)
    assert choice.watched[0].kubeconfig == str(place.home / "usual")
