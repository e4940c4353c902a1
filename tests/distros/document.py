"""docs/distributions.md, made of what is said of the cases: python -m tests.distros --write."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from planes.components import registry
from planes.components.registry import AGENT_KINDS
from planes.structs.rows import AgentRow, ComponentRow
from tests.distros.living import Told

DOCUMENT = Path(__file__).parents[2] / "docs" / "distributions.md"
#: What each case is a cluster of.
TITLES = {
    "01": "IBM Cloud Kubernetes Service 1.20 with Calico",
    "03": "a shoot of Gardener 1.30",
    "05": "AKS 1.28 with a virtual node and a Windows node",
    "06": "kubeadm 1.29 with a Windows node, whose kube-proxy crashes",
    "08": "OpenShift 4.11 (CRC) with OpenShift SDN",
    "09": "kubeadm 1.20 without a network plugin",
    "10": "kind 1.27, whose health checks fail now and then",
    "11": "EKS 1.31 with Fargate and Auto Mode nodes",
    "12": "GKE 1.20",
    "15": "kind 1.36, a node of which has been dead for months",
    "16": "GKE 1.20, a pool of twelve nodes",
    "18": "EKS 1.31 under a long name",
    "20": "kubeadm 1.21 with a KubeEdge node",
    "21": "ACK 1.16, a kube-proxy of which crashes",
    "24": "MKE 1.17 with Calico",
    "25": "OpenShift 4.14 with a foreign network and kube-proxy",
    "27": "MicroShift 4.12",
    "28": "OpenShift 4.14 on a single node",
    "29": "AKS Engine 1.27",
    "31": "kubeadm 1.16, which elects by Endpoints",
    "34": "a tenant of Kamaji 1.27 in a rollout of its API servers",
    "38": "a self-hosted control plane (Lokomotive) 1.21, a controller manager of which crashes",
    "39": "kubespray 1.20 on one node, on which a second CoreDNS does not fit",
    "40": "kubeadm in the middle of an upgrade from 1.26 to 1.27",
    "44": "Cluster API on Azure 1.29 after two reboots",
    "45": "the API server of Karmada 1.27, which keeps templates of work",
    "47": "EKS 1.33, a node of which shuts down in good order",
    "48": "k3s 1.29 with SQLite",
}
_HEAD = """# Distributions

What Planewatch says of clusters of many kinds: what it sees of each and by which signals, what is hidden from it and why, and \
what it finds wrong. Made of the objects of real clusters, or of what a distribution's own manifests and documents make, each \
served over HTTPS to the same source, picture and rules as in a collector, and lived through for two minutes and a half. Written \
by `python -m tests.distros --write`, from `tests/distros/cases`; tests hold what must and must not be said of each, and this page \
to what is said. An ellipsis stands where an age runs.

By which marks each distribution is known, and what it hides, is in [signals.md](signals.md#what-cannot-be-seen-where).

| cluster | told to be | seen, by | hidden | not well |
| --- | --- | --- | --- | --- |
"""
_TOKEN = re.compile(r"⟨[au]:[^⟩]*⟩")
_PLACEHOLDER = re.compile(r"\s*(of |)\{\w+\}|\{\w+\}/\{\w+\}")
_SAYS = ("healthy", "degraded", "down", "unknown")


def document(all_told: Iterable[Told]) -> str:
    """The whole page."""
    return _HEAD + "".join(f"{row(told)}\n" for told in all_told)


def row(told: Told) -> str:
    """The line of one case."""
    cells = (TITLES[told.case.number], told.cluster.distribution, _seen(told), _hidden(told), _not_well(told))
    return f"| {' | '.join(cell.replace('|', '/') or 'nothing' for cell in cells)} |"


def _rows(told: Told, kind: str) -> list[ComponentRow | AgentRow]:
    if kind not in AGENT_KINDS:
        return [told.components[kind]]
    return [getattr(told.nodes[name], kind.replace("-", "_")) for name in sorted(told.nodes)]


def _seen(told: Told) -> str:
    parts: list[str] = []
    for kind in told.components:
        signals = [_signal(kind, line.signal) for one in _rows(told, kind) for line in one.evidence if line.state in _SAYS]
        if signals and any(one.state != "not_observable" for one in _rows(told, kind)):
            parts.append(f"**{kind}** by {', '.join(dict.fromkeys(signals))}")
    return "; ".join(parts)


def _signal(kind: str, signal: str) -> str:
    """Its name as it is declared, without what varies: "identity" of "identity of node-a"."""
    declared = registry.find(kind, signal)
    name = declared.name if declared is not None else signal
    return "checks" if name == "{path}/{check}" else _PLACEHOLDER.sub("", name).strip() or name


def _hidden(told: Told) -> str:
    return "; ".join(f"**{kind}**: {_text(because)}" for kind, because in _of(told, "not_observable"))


def _not_well(told: Told) -> str:
    bad = [(kind, because) for state in ("down", "degraded", "unknown") for kind, because in _of(told, state)]
    return "; ".join(f"**{kind}** {told.state(kind).replace('_', ' ')}: {_text(because)}" for kind, because in bad)


def _of(told: Told, state: str) -> Iterator[tuple[str, str]]:
    """Components in this state, and agents with what is said of the first node that is."""
    for kind, component in told.components.items():
        if component.state == state:
            rows = [one for one in _rows(told, kind) if one.state == state] or [component]
            yield kind, rows[0].because


def _text(because: str) -> str:
    return _TOKEN.sub("…", because).rstrip(".")
