"""What the API server is judged by."""

from planes.components.spec import Component, Signal, pod

_LEASES, _ENDPOINTS = "identity leases in kube-system", "EndpointSlice default/kubernetes"
_METRICS = "/metrics of the API server"


def _check(path: str, effect: str) -> tuple[Signal, Signal]:
    name = path.strip("/")
    degraded, down = ("", "a check fails (an answer of 500 or worse)") if effect == "down" else ("a check fails", "")
    return (
        Signal(
            name,
            f"GET {path}?verbose",
            f"The answer of {path}, all of its checks by the names that this API server has for them.",
            degraded or "it does not answer as it should without saying that it fails",
            down,
            "its last answer is too old, or it never answered",
            ("probe_stale", "hold_probe"),
        ),
        Signal(
            f"{path}/{{check}}",
            f"GET {path}/<check>",
            "A check that fails, with the reason that the API server gives.",
            "it fails" if not down else "",
            "it fails" if down else "",
            thresholds=("hold_probe",),
        ),
    )


APISERVER = Component(
    "kube-apiserver",
    "kube-apiserver",
    "it answers, and what its own checks say is good",
    "it works with a fault: a check of /readyz fails, one of several is lost, errors, slowness, or what it depends on is away",
    "nobody can use it: it refuses connections, does not answer, /livez fails, or its certificate is over",
    "the reason lies on our side (kubeconfig, credentials, DNS, TLS trust, no route), or nothing was heard for too long",
    "does not occur: an API server that answers is seen",
    (
        Signal(
            "answers",
            "the collector's own requests",
            "Whether requests are answered at all.",
            "new requests fail while open watches still deliver",
            "connections are refused, closed without an answer, or taken and never answered",
            "the fault is on our side, or nothing was heard for too long",
            ("hold_probe", "probe_stale"),
        ),
        *_check("/livez", "down"),
        *_check("/readyz", "degraded"),
        Signal("identity leases", _LEASES, "Whether its instances can be told by their identity leases."),
        Signal(
            "identity of {host}",
            _LEASES,
            "Each instance renews a lease of its own every 10 s. One that lingers after its instance was replaced is no instance.",
            "it is not renewed: that instance is lost, the others go on",
            unknown="it was old when first seen, or nothing can be written while etcd is away",
            thresholds=("identity_frozen",),
        ),
        Signal("endpoint of {host}", _ENDPOINTS, "Whether an instance is among the API server's own endpoints."),
        Signal(
            "endpoints",
            _ENDPOINTS,
            "The addresses at which pods inside the cluster reach it.",
            "none is ready",
            thresholds=("hold_condition",),
        ),
        Signal("pods", "pods of kube-system", "Whether its pods can be seen."),
        pod("Each mirror pod of it.", "one is not ready"),
        Signal(
            "versions",
            "GET /version, images of its pods",
            "The versions of its instances, which may be one minor apart.",
            "they are further apart",
        ),
        Signal(
            "errors",
            _METRICS,
            "The share of requests answered with 5xx over the window.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("error_ratio", "rate_window"),
        ),
        Signal(
            "latency",
            _METRICS,
            "The 99th percentile of requests by the SLI histogram, long-running ones left out, over the window.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("latency", "rate_window"),
        ),
        Signal("in flight", _METRICS, "Requests being served now, against the limit. Shown only.", thresholds=("inflight_limit",)),
        Signal("terminated requests", _METRICS, "Requests that it gave up, per second. Shown only."),
        Signal("rejected by priority and fairness", _METRICS, "Requests that API Priority and Fairness refused. Shown only."),
        Signal("webhooks failed open", _METRICS, "Requests let through unchecked because a webhook failed. Shown only."),
        Signal(
            "serving certificate",
            "TLS handshake",
            "When the certificate ends that it shows.",
            "soon",
            "very soon, or it is over",
            thresholds=("certificate_warning", "certificate_critical"),
        ),
        Signal(
            "API services",
            "apiservices",
            "API groups that others serve (metrics-server, …).",
            "one has been away for longer than the bound",
            thresholds=("apiservice_unavailable",),
        ),
        Signal(
            "webhooks",
            "webhook configurations and endpointslices",
            "Admission webhooks, and whether anybody is behind their services.",
            "nobody is behind one of failurePolicy Fail, so that what it checks is refused",
            thresholds=("webhook_unready",),
        ),
        Signal(
            "clock",
            "the HTTP Date header",
            "The cluster's clock against ours. Said when it is off; no verdict rests on it.",
            thresholds=("clock_skew",),
        ),
    ),
    (
        "/livez",
        "/readyz",
        "/readyz/*",
        "/metrics",
        "/version",
        "leases/kube-system",
        "pods/kube-system",
        "endpointslices/default",
        "endpointslices",
        "apiservices",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
    ),
)
