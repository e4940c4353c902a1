"""What was found when the scenes' clusters were looked over: certificates and what an upgrade meets, well and not so well."""

from planes.structs.certificates import Certificate
from planes.structs.moments import Epoch
from planes.structs.survey import CertificateRow, DeprecatedApi, GapRow, Held, HookRow, RunRow, SurveyRow, Untold

DAY = 86_400.0


def certificate(at: float, days: float, term: float = 365, called: str = "kube-apiserver") -> Certificate:
    """One that ends so many days after `at`."""
    names = ("kubernetes", "kubernetes.default.svc.cluster.local", "api.prod-eu-1.example", "10.96.0.1")
    return Certificate(
        called, "kubernetes", at + (days - term) * DAY, at + days * DAY, f"{called}{days}".encode().hex()[:32], names
    )


def row(
    held: Held, name: str, *of: Certificate, where: tuple[str, ...] = (), untold: Untold | None = None, count: int = 1
) -> CertificateRow:
    lead = {one.mark: min(7 * DAY, one.term / 10) for one in of}
    return CertificateRow(held, name, of, where=where, untold=untold, lead=lead, closed=True, count=count)


def survey(at: float, wrong: str) -> SurveyRow:
    """As tests.dashboard.scenes has it."""
    if wrong == "managed":
        gaps = (GapRow("apiservices", "APIServices", "not permitted; needs list/watch on APIServices"),)
        rows = (row(Held.SERVING, "", certificate(at, 90), where=("https://prod-ap-1.example:6443",)),)
        return SurveyRow(
            (*rows, CertificateRow(Held.TOKEN, "the token from the sign-in plugin", expires=Epoch(at + 700.0))), gaps=gaps
        )
    ill = wrong == "broken"
    service = "policy-system/policy-controller-webhook-service"
    certificates = (
        row(Held.SERVING, "cp-1, cp-3", certificate(at, 201), where=("10.0.0.1", "10.0.0.3")),
        row(Held.SERVING, "cp-2", certificate(at, 3 if ill else 282), where=("10.0.0.2",)),
        row(Held.CLIENT, "the client certificate", certificate(at, 12, called="planewatch-reader")),
        row(Held.TRUSTED, "the kubeconfig", certificate(at, 3200, 3650, "kubernetes")),
        row(Held.WEBHOOK, "policy-check", certificate(at, -3 if ill else 56, called="policy"), where=(service,)),
        row(Held.WEBHOOK, "cert-manager", certificate(at, -1), certificate(at, 110), where=("cert-manager/webhook",), count=3),
        row(Held.WEBHOOK, "pod-identity", untold=Untold.ROOTS, where=("https://hooks.example/a/rather/long/path/of/its/own",)),
        row(Held.API_SERVICE, "v1beta1.metrics.k8s.io", certificate(at, 159), where=("kube-system/metrics-server",)),
        row(Held.API_SERVICE, "v1beta1.custom.metrics.k8s.io", untold=Untold.UNCHECKED, where=("monitoring/adapter",)),
    )
    runs = [
        RunRow(kind, "v1.36.2", 3, tuple(f"{kind}-cp-{one}" for one in (1, 2, 3)))
        for kind in ("kube-controller-manager", "kube-scheduler")
    ]
    runs += [
        RunRow("cloud-controller-manager", "v30.0.0", 2, ("cloud-controller-manager-a",), own=True),
        RunRow("kube-proxy", "v1.36.2", 120, ("kube-proxy-2kb4j", "kube-proxy-4dgsr", "kube-proxy-97nzc")),
        RunRow("kubelet", "v1.33.11-gke.1080000" if ill else "v1.35.4", 7, ("node-7", "node-8", "node-9")),
        RunRow("kubelet", "v1.36.2", 113, ("node-1", "node-2", "node-3")),
    ]
    apis = (
        DeprecatedApi("", "v1", "endpoints"),
        DeprecatedApi(
            "flowcontrol.apiserver.k8s.io", "v1beta3", "prioritylevelconfigurations", "status", "1.37" if ill else "1.40"
        ),
    )
    hooks = (
        HookRow(
            "policy-check", "pods.policy.example", service, 0 if ill else 2, ("pods: create",), ("kube-system", "policy-system")
        ),
        HookRow("calm", "calm.example", "calm/webhook", 2),
    )
    return SurveyRow(certificates, apis, 3, Epoch(at // 60 * 60), 3, ("v1.36.2",), False, tuple(runs), hooks, 4)
