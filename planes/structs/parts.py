"""The parts of the API server that other servers are, as an incident names them: one that fails may be all of its trouble."""

_WEBHOOK, _API_SERVICE = "webhook ", "API service "
#: The groups for which metrics-server answers (https://github.com/kubernetes/metrics).
_METRICS = ".metrics.k8s.io"


def webhook(name: str) -> str:
    """ "webhook policy.example.org"."""
    return _WEBHOOK + name


def api_service(name: str) -> str:
    """ "API service v1beta1.metrics.k8s.io"."""
    return _API_SERVICE + name


def is_webhook(part: str) -> bool:
    """Whether it is one."""
    return part.startswith(_WEBHOOK)


def is_metrics(part: str) -> bool:
    """Whether it is the API service that metrics-server answers for."""
    return part.startswith(_API_SERVICE) and part.endswith(_METRICS)
