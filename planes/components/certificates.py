"""How certificates that cannot be seen from here are looked at, and renewed, by distribution."""

from dataclasses import dataclass

from planes.components.distribution import MANAGED

_KUBELET = "openssl x509 -enddate -noout -in /var/lib/kubelet/pki/kubelet-client-current.pem"


@dataclass(frozen=True, slots=True)
class Ways:
    """`where` begins the sentence that names the machine; `check` and `renew` are commands there; `told` says what else is to be
    known of renewing."""

    where: str = "On each node of the control plane"
    check: tuple[str, ...] = ("kubeadm certs check-expiration",)
    kubelet: tuple[str, ...] = (_KUBELET,)
    renew: tuple[str, ...] = ()
    told: str = ""


#: Where nothing is known of a distribution's own ways: what any of them serves can be asked for its certificate.
_ANY = Ways(check=("openssl s_client -connect localhost:6443 </dev/null 2>/dev/null | openssl x509 -enddate -noout",))
#: kubernetes.io, "Certificate Management with kubeadm".
_KUBEADM = Ways(
    renew=("kubeadm certs renew apiserver",),
    told="Then restart the static pods of the control plane; an upgrade by kubeadm renews them too.",
)
_WAYS = {
    "kubeadm": _KUBEADM,
    "kubespray": _KUBEADM,
    # docs.k3s.io, "k3s certificate".
    "k3s": Ways(
        where="On each server",
        check=("k3s certificate check --output table",),
        kubelet=("openssl x509 -enddate -noout -in /var/lib/rancher/k3s/agent/client-kubelet.crt",),
        renew=("systemctl stop k3s", "k3s certificate rotate", "systemctl start k3s"),
        told="When it starts, k3s also renews by itself what ends soon.",
    ),
    # docs.rke2.io, "Certificate Management".
    "RKE2": Ways(
        where="On each server",
        check=("openssl x509 -enddate -noout -in /var/lib/rancher/rke2/server/tls/serving-kube-apiserver.crt",),
        kubelet=("openssl x509 -enddate -noout -in /var/lib/rancher/rke2/agent/client-kubelet.crt",),
        renew=("systemctl stop rke2-server", "rke2 certificate rotate", "systemctl start rke2-server"),
        told="When it starts, RKE2 also renews by itself what ends soon.",
    ),
    # microk8s.io, "microk8s refresh-certs".
    "MicroK8s": Ways(
        where="On each node of the control plane",
        check=("microk8s refresh-certs --check",),
        kubelet=(),
        renew=("microk8s refresh-certs --cert server.crt",),
    ),
    # talos.dev, "How to manage PKI and certificate lifetimes with Talos Linux".
    "Talos": Ways(where="", check=(), kubelet=(), told="Talos renews the certificates of control plane and kubelets by itself."),
}


def ways_of(distribution: str) -> Ways:
    """By the name of the distribution; empty: it is not known."""
    if distribution in MANAGED:
        return Ways(where="", check=(), told=f"{distribution} holds the certificates of the control plane and renews them.")
    return _WAYS.get(distribution, _ANY)
