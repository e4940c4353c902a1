"""By which way a cluster is reached, in words: of a file that Planewatch keeps for itself, what a person knows it by."""

from pathlib import Path

from django.conf import settings

from planes.store.selectors import ClusterHead
from planes.up import datadir, hub_words, trial


def way(head: ClusterHead) -> str:
    """As it follows "known from ": who or what leads to it, without a full stop."""
    if head.source == "in-cluster":
        return "the ServiceAccount of Planewatch’s own pod"
    if head.source == "demo":
        return "the demo that Planewatch plays"
    hubs = datadir.hubs(settings.DATA_DIR)
    path = Path(head.kubeconfig)
    if path.is_relative_to(hubs):
        hub = next((one for one in settings.CLUSTER_PROFILES if hub_words.Hub(one).id == path.parent.name), "")
        return f"the ClusterProfile {head.context} of {f'the hub {hub}' if hub else 'a hub'}"
    if path.parent == trial.pasted_in(settings.DATA_DIR):
        return "what was pasted here when it was added"
    return f"the context {head.context} in the kubeconfig {head.kubeconfig}"
