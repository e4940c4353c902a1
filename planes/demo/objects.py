"""Bodies of the objects of which there are few: namespaces, services, endpoints, workload controllers, API services, webhooks."""

from planes.demo.certificates import webhook_bundle
from planes.demo.cluster import SYSTEM, Cluster
from planes.demo.leases import LeaseRecord
from planes.demo.pods import OwnerKind, PodRecord, Workload
from planes.demo.store import Doc, Table
from planes.demo.template import Body, managed_fields, uid

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"  # what Kubernetes makes names of
POLICY = "policy"  # the namespace, service and webhook of the admission policy

#: group, version, groupPriorityMinimum, versionPriority
LOCAL_APIS = (
    ("", "v1", 18000, 1),
    ("admissionregistration.k8s.io", "v1", 16700, 15),
    ("apiextensions.k8s.io", "v1", 16700, 15),
    ("apps", "v1", 17800, 15),
    ("authentication.k8s.io", "v1", 17700, 15),
    ("authorization.k8s.io", "v1", 17600, 15),
    ("autoscaling", "v1", 17500, 15),
    ("autoscaling", "v2", 17500, 30),
    ("batch", "v1", 17400, 15),
    ("certificates.k8s.io", "v1", 17300, 15),
    ("coordination.k8s.io", "v1", 16500, 15),
    ("discovery.k8s.io", "v1", 16200, 12),
    ("events.k8s.io", "v1", 17750, 5),
    ("flowcontrol.apiserver.k8s.io", "v1", 16100, 21),
    ("networking.k8s.io", "v1", 17200, 15),
    ("node.k8s.io", "v1", 16300, 15),
    ("policy", "v1", 17100, 15),
    ("rbac.authorization.k8s.io", "v1", 17000, 15),
    ("resource.k8s.io", "v1", 15900, 9),
    ("scheduling.k8s.io", "v1", 16600, 15),
    ("storage.k8s.io", "v1", 16800, 15),
)
METRICS_API = "v1beta1.metrics.k8s.io"


def suffix(cluster: Cluster, length: int) -> str:
    return "".join(cluster.rng.choices(_LETTERS, k=length))


def pod_name(cluster: Cluster, workload: Workload) -> str:
    """A name never given before: its five letters are a serial number, well stirred."""
    number = cluster.serial() * 2_654_435_761 % len(_LETTERS) ** 5
    letters = ""
    for _ in range(5):
        number, digit = divmod(number, len(_LETTERS))
        letters += _LETTERS[digit]
    return f"{workload.owner_name}-{letters}"


def holder(cluster: Cluster, host: str) -> str:
    """A leader's identity: its host and a UUID of this start of it."""
    return f"{host}_{uid(cluster.serial())}"


def workload(
    cluster: Cluster,
    name: str,
    namespace: str,
    owner: OwnerKind,
    image: str,
    version: str,
    app: str = "",
    critical: bool = True,
) -> Workload:
    digest = suffix(cluster, 10)
    labels = {("k8s-app" if critical else "app"): app or name}
    if owner == "ReplicaSet":
        labels["pod-template-hash"] = digest
    return Workload(
        name=name,
        namespace=namespace,
        owner=owner,
        owner_name=name if owner == "DaemonSet" else f"{name}-{digest}",
        owner_serial=cluster.serial(),
        labels=labels,
        containers=((name if critical else "main", image),),
        version=version,
        critical=critical,
        host_network=owner == "DaemonSet",
    )


def _doc(cluster: Cluster, meta: Body, body: Body, manager: str, api_version: str) -> Doc:
    described = {"metadata": {name: meta[name] for name in ("labels", "annotations") if name in meta}, **body}
    fields = managed_fields(manager, api_version, {key: value for key, value in described.items() if value}, cluster.now())
    return Doc.of({"metadata": {**meta, "managedFields": [fields]}, **body})


def namespace(cluster: Cluster, name: str) -> Doc:
    meta = cluster.meta(name, labels={"kubernetes.io/metadata.name": name})
    body = {"spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}
    return _doc(cluster, meta, body, "kube-apiserver", "v1")


def root_ca(cluster: Cluster, home: str) -> Doc:
    note = "Contains the certificates with which to check this cluster's API server."
    meta = cluster.meta("kube-root-ca.crt", home, annotations={"kubernetes.io/description": note})
    return _doc(cluster, meta, {"data": {"ca.crt": "demo"}}, "kube-controller-manager", "v1")


def identity_lease(cluster: Cluster, number: int, host: str, now: float) -> LeaseRecord:
    """The lease by which one API server says that it lives, renewed every 10 s and valid for an hour."""
    name = f"apiserver-{suffix(cluster, 26)}"
    return LeaseRecord(
        name=name,
        namespace=SYSTEM,
        serial=cluster.serial(),
        holder=f"{name}_{uid(cluster.serial())}",
        duration=3600,
        created=now - 3 * 3600,
        renewed=now - cluster.rng.uniform(0, 9),
        hostname=host,
        address=f"{cluster.node(host).address}:6443",
    )


def furnish(cluster: Cluster) -> None:
    """Everything that is neither node, lease nor pod."""
    find = cluster.store.table
    for app in cluster.daemons:
        find("daemonsets", "apps").put(_daemon_set(cluster, app))
    for app in cluster.deployments:
        find("deployments", "apps").put(_deployment(cluster, app))
    _services(cluster, find("services"), find("endpointslices", "discovery.k8s.io"))
    for group, version, minimum, priority in LOCAL_APIS:
        find("apiservices", "apiregistration.k8s.io").put(_api_service(cluster, group, version, minimum, priority))
    find("apiservices", "apiregistration.k8s.io").put(
        _api_service(cluster, "metrics.k8s.io", "v1beta1", 100, 100, "metrics-server")
    )
    find("validatingwebhookconfigurations", "admissionregistration.k8s.io").put(_webhook(cluster))
    for node in cluster.node_records():
        owner = {"apiVersion": "v1", "kind": "Node", "name": node.name, "uid": uid(node.serial)}
        meta = cluster.meta(node.name, ownerReferences=[owner])
        drivers = [{"name": "csi.example", "nodeID": node.name, "topologyKeys": ["topology.kubernetes.io/zone"]}]
        find("csinodes", "storage.k8s.io").put(_doc(cluster, meta, {"spec": {"drivers": drivers}}, "kubelet", "storage.k8s.io/v1"))


def _pod_template(app: Workload) -> Body:
    containers = [
        {
            "name": name,
            "image": image.replace("{{version}}", app.version),
            "resources": {},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "imagePullPolicy": "IfNotPresent",
        }
        for name, image in app.containers
    ]
    labels = {key: value for key, value in app.labels.items() if key != "pod-template-hash"}
    spec: Body = {
        "containers": containers,
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        **({"hostNetwork": True} if app.host_network else {}),
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "tolerations": [{"operator": "Exists"}],
        **({"priorityClassName": "system-node-critical"} if app.owner == "DaemonSet" else {}),
    }
    return {"metadata": {"labels": labels}, "spec": spec}


def daemon_set_status(desired: int, current: int, ready: int, generation: int) -> Body:
    status: Body = {
        "currentNumberScheduled": current,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": desired,
        "numberReady": ready,
        "observedGeneration": generation,
        "updatedNumberScheduled": current,
        "numberAvailable": ready,
    }
    if ready < desired:
        status["numberUnavailable"] = desired - ready
    return status


def _daemon_set(cluster: Cluster, app: Workload) -> Doc:
    total, ready = cluster.counts[app]
    template = _pod_template(app)
    meta = cluster.meta(
        app.name,
        app.namespace,
        generation=1,
        labels=template["metadata"]["labels"],
        annotations={"deprecated.daemonset.template.generation": "1"},
    )
    spec = {
        "selector": {"matchLabels": template["metadata"]["labels"]},
        "template": template,
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
        "revisionHistoryLimit": 10,
    }
    body = {"spec": spec, "status": daemon_set_status(len(cluster.nodes), total, ready, 1)}
    return _doc(cluster, meta, body, "kube-controller-manager", "apps/v1")


def deployment_status(app: Workload, wanted: int, total: int, ready: int, generation: int, before: Body | None, now: str) -> Body:
    """The status that the deployment controller writes; conditions keep their times while their status is the same."""
    available = ready >= wanted - max(1, wanted // 4)
    since = {condition["type"]: condition for condition in (before or {}).get("conditions", [])}

    def condition(kind: str, good: bool, reason: str, message: str) -> Body:
        status = "True" if good else "False"
        was = since.get(kind)
        moved = was["lastTransitionTime"] if was and was["status"] == status else now
        updated = was["lastUpdateTime"] if was and was["status"] == status else now
        return {
            "type": kind,
            "status": status,
            "lastUpdateTime": updated,
            "lastTransitionTime": moved,
            "reason": reason,
            "message": message,
        }

    status: Body = {"observedGeneration": generation, "replicas": total, "updatedReplicas": total}
    if ready:
        status |= {"readyReplicas": ready, "availableReplicas": ready}
    if ready < wanted:
        status["unavailableReplicas"] = wanted - ready
    status["terminatingReplicas"] = 0
    enough = ("MinimumReplicasAvailable", "Deployment has minimum availability.")
    short = ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    status["conditions"] = [
        condition("Available", available, *(enough if available else short)),
        condition("Progressing", True, "NewReplicaSetAvailable", f'ReplicaSet "{app.owner_name}" has successfully progressed.'),
    ]
    return status


def _deployment(cluster: Cluster, app: Workload) -> Doc:
    total, ready = cluster.counts[app]
    template = _pod_template(app)
    labels = template["metadata"]["labels"]
    meta = cluster.meta(
        app.name, app.namespace, generation=1, labels=labels, annotations={"deployment.kubernetes.io/revision": "1"}
    )
    spec = {
        "replicas": total,
        "selector": {"matchLabels": labels},
        "template": template,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    }
    body = {"spec": spec, "status": deployment_status(app, total, total, ready, 1, None, cluster.now())}
    return _doc(cluster, meta, body, "kube-controller-manager", "apps/v1")


def endpoint(cluster: Cluster, pod: PodRecord) -> Body:
    ready = pod.ready and pod.phase == "running"
    target = {"kind": "Pod", "namespace": pod.namespace, "name": pod.name, "uid": uid(pod.serial)}
    return {
        "addresses": [f"10.{100 + ((pod.serial >> 16) & 63)}.{(pod.serial >> 8) & 255}.{pod.serial & 255}"],
        "conditions": {"ready": ready, "serving": ready, "terminating": bool(pod.deleted)},
        "targetRef": target,
        "nodeName": pod.node,
        "zone": cluster.node(pod.node).zone,
    }


def server_endpoints(cluster: Cluster, present: list[int]) -> list[Body]:
    """The addresses of the API servers in the EndpointSlice `kubernetes`, which they keep up themselves."""
    return [
        {"addresses": [cluster.node(host).address], "conditions": {"ready": True}}
        for number, host in enumerate(cluster.control_plane)
        if number in present
    ]


def _services(cluster: Cluster, services: Table, slices: Table) -> None:
    system = {"name": "https", "protocol": "TCP", "port": 6443}
    meta = cluster.meta("kubernetes", "default", generation=1, labels={"kubernetes.io/service-name": "kubernetes"})
    everyone = list(range(cluster.servers))
    body = {"addressType": "IPv4", "endpoints": server_endpoints(cluster, everyone), "ports": [system]}
    slices.put(_doc(cluster, meta, body, "kube-apiserver", "discovery.k8s.io/v1"))
    services.put(_service(cluster, "kubernetes", "default", {}, "https", 443, "10.96.0.1"))
    for number, (app, service) in enumerate(service_of(cluster).items()):
        port = {"dns": 53}.get(service.removeprefix("kube-"), 443)
        name = "dns" if port == 53 else "https"
        services.put(_service(cluster, service, app.namespace, app.labels, name, port, f"10.96.0.{10 + number}"))
        pods = _pods(cluster, app)
        labels = {
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "k8s-app": app.labels.get("k8s-app", app.name),
            "kubernetes.io/service-name": service,
        }
        owner = {
            "apiVersion": "v1",
            "kind": "Service",
            "name": service,
            "uid": uid(cluster.serial()),
            "controller": True,
            "blockOwnerDeletion": True,
        }
        meta = cluster.meta(
            f"{service}-{suffix(cluster, 5)}",
            app.namespace,
            generateName=f"{service}-",
            generation=1,
            labels=labels,
            annotations={"endpoints.kubernetes.io/last-change-trigger-time": cluster.now()},
            ownerReferences=[owner],
        )
        ports = [{"name": name, "protocol": "UDP" if port == 53 else "TCP", "port": port}]
        body = {"addressType": "IPv4", "endpoints": [endpoint(cluster, pod) for pod in pods], "ports": ports}
        slices.put(_doc(cluster, meta, body, "kube-controller-manager", "discovery.k8s.io/v1"))


def service_of(cluster: Cluster) -> dict[Workload, str]:
    """The workloads that stand behind a service that the control plane needs."""
    names = {"coredns": "kube-dns", "metrics-server": "metrics-server", "policy-webhook": "policy-webhook"}
    return {app: names[app.name] for app in cluster.deployments if app.name in names}


def _pods(cluster: Cluster, app: Workload) -> list[PodRecord]:
    return [pod for pod in cluster.pods.records(app.namespace) if isinstance(pod, PodRecord) and pod.workload is app]


def _service(cluster: Cluster, name: str, home: str, labels: dict[str, str], port_name: str, port: int, address: str) -> Doc:
    selector = {key: value for key, value in labels.items() if key != "pod-template-hash"}
    spec: Body = {
        **({"selector": selector} if selector else {}),
        "clusterIP": address,
        "clusterIPs": [address],
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "internalTrafficPolicy": "Cluster",
        "ports": [{"name": port_name, "protocol": "UDP" if port == 53 else "TCP", "port": port, "targetPort": port}],
    }
    return _doc(cluster, cluster.meta(name, home), {"spec": spec, "status": {"loadBalancer": {}}}, "kube-apiserver", "v1")


def _api_service(cluster: Cluster, group: str, version: str, minimum: int, priority: int, service: str = "") -> Doc:
    labels: Body = {} if service else {"labels": {"kube-aggregator.kubernetes.io/automanaged": "onstart"}}
    spec: Body = {"service": {"namespace": SYSTEM, "name": service, "port": 443}} if service else {}
    spec |= {**({"group": group} if group else {}), "version": version}
    spec |= {**({"insecureSkipTLSVerify": True} if service else {}), "groupPriorityMinimum": minimum, "versionPriority": priority}
    passed = ("Passed", "all checks passed") if service else ("Local", "Local APIServices are always available")
    body = {"spec": spec, "status": {"conditions": [available(True, *passed, cluster.now())]}}
    meta = cluster.meta(f"{version}.{group}", **labels)
    return _doc(cluster, meta, body, "kube-apiserver", "apiregistration.k8s.io/v1")


def available(good: bool, reason: str, message: str, now: str) -> Body:
    status = "True" if good else "False"
    return {"type": "Available", "status": status, "lastTransitionTime": now, "reason": reason, "message": message}


def _webhook(cluster: Cluster) -> Doc:
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["pods"],
        "scope": "Namespaced",
    }
    hook = {
        "name": f"pods.{POLICY}.example",
        "clientConfig": {
            "service": {"namespace": POLICY, "name": "policy-webhook", "path": "/validate", "port": 443},
            "caBundle": webhook_bundle(cluster.clock.wall()),
        },
        "rules": [rule],
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "admissionReviewVersions": ["v1"],
    }
    meta = cluster.meta("policy-webhook", generation=1)
    return _doc(cluster, meta, {"webhooks": [hook]}, "policy-controller", "admissionregistration.k8s.io/v1")
