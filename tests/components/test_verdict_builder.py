"""Several lines that are bad at once: which is said first, and that none is left out."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planes.components import kube_apiserver
from planes.components.verdict_builder import VerdictBuilder, harm
from planes.structs.verdicts import Evidence, State
from planes.structs.workload_observations import WebhookSeen
from tests.components.making import NOW, SERVER, THRESHOLDS, apiserver


def test_a_webhook_that_refuses_pods_now_comes_before_a_certificate_that_ends_in_5_days() -> None:
    hook = WebhookSeen(name="guard", fails_closed=True, service="a/guard", ready=0, since=NOW - 60)
    seen = apiserver(server=replace(SERVER, at=NOW, certificate_left=5 * 86400.0), webhooks=(hook,))
    said = kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict
    assert (said.state, said.cause) == (State.DEGRADED, "webhook")
    assert said.because.startswith("Webhook guard (failurePolicy Fail) has had no ready endpoint")
    assert said.because.endswith(" are refused. Also: its serving certificate expires in 5 d.")


def test_each_webhook_that_refuses_requests_is_named_and_one_that_may_be_back_at_once_is_not() -> None:
    hooks = [
        WebhookSeen(name=name, fails_closed=True, service=f"a/{name}", ready=0, since=NOW - age)
        for name, age in (("new", 29.0), ("guard", 60.0), ("gate", 40.0))
    ]
    said = kube_apiserver.judge(apiserver(webhooks=tuple(hooks)), NOW, THRESHOLDS).verdict.because
    assert said.startswith("Webhook guard (failurePolicy Fail) has had no ready endpoint in a/guard for ")
    assert " Also: webhook gate (failurePolicy Fail) has had no ready endpoint in a/gate for " in said
    assert "new" not in said


def built(*causes: tuple[State, str]) -> str:
    builder = VerdictBuilder()
    for state, cause in causes:
        builder.worse(state, f"The {cause}.", cause)
    return builder.verdict(good="Well.").because


@pytest.mark.parametrize(
    ("causes", "said"),
    [
        ((), ""),
        (((State.DEGRADED, "skew"),), "The skew."),
        (((State.DEGRADED, "skew"), (State.DEGRADED, "replicas")), "The replicas. Also: the skew."),
        (((State.DEGRADED, "webhook"), (State.DOWN, "certificate")), "The certificate. Also: the webhook."),
        (((State.DEGRADED, "skew"), (State.DEGRADED, "skew")), "The skew."),
        (
            ((State.DEGRADED, "latency"), (State.DEGRADED, "errors"), (State.DEGRADED, "replicas")),
            "The errors. Also: the replicas; the latency.",
        ),
    ],
)
def test_the_worst_state_then_the_most_harm_then_the_order_in_which_they_were_found(
    causes: tuple[tuple[State, str], ...], said: str
) -> None:
    assert built(*causes) == said


def test_of_one_cause_each_of_whom_it_concerns_is_named_and_of_one_the_worst_alone() -> None:
    builder = VerdictBuilder()
    for state, about in ((State.DEGRADED, "a"), (State.DOWN, "b"), (State.DEGRADED, "b"), (State.DEGRADED, "c")):
        builder.worse(state, f"The pod {about}.", "pod-not-ready", about=about)
    assert builder.verdict(good="").because == "The pod b. Also: the pod a; the pod c."


def test_more_than_can_be_read_are_counted() -> None:
    assert built(*((State.DEGRADED, cause) for cause in "abcde")) == "The a. Also: the b; the c; the d; the e."
    assert built(*((State.DEGRADED, cause) for cause in "abcdef")) == "The a. Also: the b; the c; the d; and 2 others."


def test_what_cannot_be_known_is_named_beside_what_is_degraded_and_not_beside_what_is_down() -> None:
    for state, said in ((State.DEGRADED, "The errors. Also: the feed."), (State.DOWN, "The errors.")):
        builder = VerdictBuilder()
        builder.unsure(Evidence("feed", "", "", State.UNKNOWN, "", None), "The feed.", "feed-stale")
        builder.worse(state, "The errors.", "errors")
        assert builder.verdict(good="").because == said


#: Of each component its causes that may come together, by the harm that they do now: of two in one group either may be first.
BY_HARM = {
    "kube-apiserver": (
        ("webhook", "errors", "half-reachable", "some-unanswered", "no-endpoints", "check-livez", "some-livez", "certificate-over"),
        ("check-readyz", "some-readyz", "instance-lost", "apiservice", "pod-not-ready"),
        ("latency",),
        ("certificate", "skew"),
    ),
    "etcd": (("etcd-check", "etcd-some", "etcd-errors"), ("member-not-ready",), ("etcd-latency",), ("etcd-quota",)),
    "leaders": (
        ("lease-gone", "lease-released", "lease-frozen", "no-work-done"),
        ("pod-not-ready",),
        ("failovers",),
        ("skew",),
    ),
    "kubelet": (("silent", "not-ready", "network"), ("pressure", "condition-Odd"), ("flapping",), ("skew",)),
    "kube-proxy": (("pod-missing",), ("pod-not-ready", "condition-Odd"), ("restarts",), ("skew",)),
    "container-runtime": (
        ("runtime-down", "network-not-ready", "runtime-not-ready", "runtime-error", "pleg"),
        ("runtime-not-checked", "condition-Odd"),
    ),
    "add-ons": (("no-endpoints",), ("replicas", "apiservice")),
    "konnectivity": (("agents-not-ready",),),
}


@pytest.mark.parametrize("kind", BY_HARM)
def test_what_does_more_harm_is_said_first_and_the_milder_is_named_whichever_was_found_first(kind: str) -> None:
    ranks = BY_HARM[kind]
    pairs = [(one, other) for at, rank in enumerate(ranks) for one in rank for milder in ranks[at + 1 :] for other in milder]
    for worse, milder in pairs:
        for order in ((worse, milder), (milder, worse)):
            assert built(*((State.DEGRADED, cause) for cause in order)) == f"The {worse}. Also: the {milder}."
    assert {harm(cause) for rank in ranks for cause in rank} <= set(range(4))


def causes(path: Path) -> Iterator[str]:
    """The causes that a module gives in so many words."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("bad", "worse") and len(call.args) > 2:
            cause = call.args[2]
            if isinstance(cause, ast.Constant):
                yield str(cause.value)


def test_every_cause_has_its_place() -> None:
    placed = {cause for ranks in BY_HARM.values() for rank in ranks for cause in rank}
    given = {cause for path in Path(kube_apiserver.__file__).parent.glob("*.py") for cause in causes(path)}
    assert len(given) > 15
    assert given - placed == set()
