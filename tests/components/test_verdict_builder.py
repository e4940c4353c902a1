"""Several lines that are bad at once: which is said first, and that none is left out."""

from dataclasses import replace

import pytest

from planes.components import kube_apiserver
from planes.components.verdict_builder import VerdictBuilder
from planes.structs.verdicts import State
from planes.structs.workload_observations import WebhookSeen
from tests.components.making import NOW, SERVER, THRESHOLDS, apiserver


def test_a_webhook_that_refuses_pods_now_comes_before_a_certificate_that_ends_in_5_days() -> None:
    hook = WebhookSeen(name="guard", fails_closed=True, service="a/guard", ready=0, since=NOW - 60)
    seen = apiserver(server=replace(SERVER, at=NOW, certificate_left=5 * 86400.0), webhooks=(hook,))
    said = kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict
    assert (said.state, said.cause) == (State.DEGRADED, "webhook")
    assert said.because.startswith("The webhook guard has failurePolicy Fail and nobody behind it")
    assert said.because.endswith(" are refused. And 1 more: its serving certificate ends in 5 days.")


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
        (((State.DEGRADED, "skew"), (State.DEGRADED, "replicas")), "The replicas. And 1 more: the skew."),
        (((State.DEGRADED, "webhook"), (State.DOWN, "certificate")), "The certificate. And 1 more: the webhook."),
        (((State.DEGRADED, "skew"), (State.DEGRADED, "skew")), "The skew."),
        (
            ((State.DEGRADED, "latency"), (State.DEGRADED, "errors"), (State.DEGRADED, "replicas")),
            "The errors. And 2 more: the replicas; the latency.",
        ),
    ],
)
def test_the_worst_state_then_the_most_harm_then_the_order_in_which_they_were_found(
    causes: tuple[tuple[State, str], ...], said: str
) -> None:
    assert built(*causes) == said
