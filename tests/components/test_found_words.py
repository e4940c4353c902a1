"""What parts of a page are called that are read when somebody asks, what is said about each, and where nothing was found. And who
renews the certificates of a control plane that somebody else runs."""

import pytest

from planes.components import found_node, found_parts, found_pods
from planes.components.certificates import ways_of
from planes.structs import objects
from planes.structs.lookups import FoundPart, WaitingPod

ADDRESSES, ANNOTATIONS, IMAGES = found_node.parts(found_node.WholeNode())


@pytest.mark.parametrize(
    ("part", "title", "about", "none"),
    [
        (ADDRESSES, "Addresses", "", "It has told none."),
        (ANNOTATIONS, "Annotations", "", "It has none."),
        (
            IMAGES,
            "Images",
            "As its kubelet reports them, the largest 50 unless it is told otherwise.",
            "Its kubelet reports none.",
        ),
        (
            found_pods.requests([], {}, {}, cut=False),
            "Requested, allocatable, capacity",
            "Requests of pods that are not done, of what the node has for pods.",
            "",
        ),
        (found_pods.owners([], cut=False), "Owners of its pods", "", "No pod is bound to it."),
        (
            found_parts.events("dns", [], cut=False),
            "Events in kube-system",
            "",
            "Kubernetes keeps none of its objects in kube-system. Events are kept for an hour, where nobody set another time.",
        ),
        (found_parts.undecided([], cut=False), "Pods that wait for a decision", "", "None."),
        (
            found_parts.homeless([], cut=False),
            "Pods that fit no node",
            "The scheduler has decided about them: capacity or a gate, not its fault.",
            "None.",
        ),
        (
            found_parts.lagging([], [], cut=False),
            "Workloads that no controller has noticed",
            "At the moment of asking. A moment behind is nothing; the evidence above says when it counts.",
            "None is behind.",
        ),
        (found_parts.lease([], "kube-system/kube-scheduler"), "Lease kube-system/kube-scheduler", "", "There is none."),
        (found_parts.endpoints([], "kube-system/kube-dns"), "Endpoints of kube-system/kube-dns", "", "There are none."),
        (
            found_parts.checks("/livez", []),
            "/livez: none listed",
            "Of the API server that answered: which of several that is, a balancer does not say.",
            "It lists none.",
        ),
        (
            found_parts.webhooks([], {}, cut=False),
            "Webhooks",
            "Whether somebody answers behind each is a line of the evidence.",
            "None is registered.",
        ),
        (found_parts.api_services([], {}, cut=False), "API services", "", "None is served by others."),
    ],
)
def test_a_part_has_its_title_and_says_what_it_is_and_that_nothing_was_found(
    part: FoundPart, title: str, about: str, none: str
) -> None:
    assert (part.title, part.about, part.none) == (title, about, none)


def test_a_pod_that_waits_says_which_condition_it_lacks() -> None:
    pod = WaitingPod(metadata=objects.Meta(name="web-1", namespace="shop"), status=objects.PodStatus(phase="Pending"))
    (line,) = found_parts.undecided([pod], cut=False).lines
    assert (line.title, line.text) == ("shop/web-1", "no PodScheduled condition")


def test_a_lease_says_who_holds_it_since_when_and_how_often_that_changed() -> None:
    lines = found_parts.lease(
        [objects.Lease(metadata=objects.LabelledMeta(name="kube-scheduler"))], "kube-system/kube-scheduler"
    ).lines
    assert [line.title for line in lines] == ["holder", "held since", "renewed", "allows", "changes of holder, ever"]


def test_an_api_service_that_the_api_server_serves_and_nobody_has_judged_says_so() -> None:
    (line,) = found_parts.api_services([objects.APIService(metadata=objects.LabelledMeta(name="v1."))], {}, cut=False).lines
    assert line.text == "served by the API server itself; not available: no condition yet"


@pytest.mark.parametrize(
    ("distribution", "where", "told"),
    [
        ("EKS", "", "EKS holds the certificates of the control plane and renews them."),
        (
            "kubeadm",
            "On each node of the control plane",
            "Then restart the static pods of the control plane; an upgrade by kubeadm renews them too.",
        ),
        ("k3s", "On each server", "When it starts, k3s also renews by itself what ends soon."),
        ("RKE2", "On each server", "When it starts, RKE2 also renews by itself what ends soon."),
        ("MicroK8s", "On each node of the control plane", ""),
        ("Talos", "", "Talos renews the certificates of control plane and kubelets by itself."),
        ("", "On each node of the control plane", ""),
    ],
)
def test_where_certificates_are_renewed_and_what_else_is_to_be_known_goes_by_the_distribution(
    distribution: str, where: str, told: str
) -> None:
    ways = ways_of(distribution)
    assert (ways.where, ways.told) == (where, told)


#: Where kubeadm has the kubelet keep its client certificate.
KUBELET = ("openssl x509 -enddate -noout -in /var/lib/kubelet/pki/kubelet-client-current.pem",)


@pytest.mark.parametrize(
    ("distribution", "check", "kubelet", "renew"),
    [
        ("EKS", (), KUBELET, ()),
        ("kubeadm", ("kubeadm certs check-expiration",), KUBELET, ("kubeadm certs renew apiserver",)),
        ("kubespray", ("kubeadm certs check-expiration",), KUBELET, ("kubeadm certs renew apiserver",)),
        (
            "k3s",
            ("k3s certificate check --output table",),
            ("openssl x509 -enddate -noout -in /var/lib/rancher/k3s/agent/client-kubelet.crt",),
            ("systemctl stop k3s", "k3s certificate rotate", "systemctl start k3s"),
        ),
        (
            "RKE2",
            ("openssl x509 -enddate -noout -in /var/lib/rancher/rke2/server/tls/serving-kube-apiserver.crt",),
            ("openssl x509 -enddate -noout -in /var/lib/rancher/rke2/agent/client-kubelet.crt",),
            ("systemctl stop rke2-server", "rke2 certificate rotate", "systemctl start rke2-server"),
        ),
        ("MicroK8s", ("microk8s refresh-certs --check",), (), ("microk8s refresh-certs --cert server.crt",)),
        ("Talos", (), (), ()),
        ("", ("openssl s_client -connect localhost:6443 </dev/null 2>/dev/null | openssl x509 -enddate -noout",), KUBELET, ()),
    ],
)
def test_how_certificates_are_looked_at_and_renewed_goes_by_the_distribution(
    distribution: str, check: tuple[str, ...], kubelet: tuple[str, ...], renew: tuple[str, ...]
) -> None:
    ways = ways_of(distribution)
    assert (ways.check, ways.kubelet, ways.renew) == (check, kubelet, renew)
