"""The few fields of Kubernetes objects that Planewatch reads, as msgspec Structs.

Bytes from the API server are decoded straight into these (planes/kube); whatever is not named here is skipped while parsing and
never becomes a Python object. Every field has a default, because a server may leave out what is empty and an object without a
field we read must not break the others. Names are those of the Kubernetes API's JSON.
`Pod` is the lean shape for the pods of the whole cluster (150,000 of them); `SystemPod` is the rich one for the namespaces that
hold components. The two differ so that the labels and images of the many are never decoded.
"""

import msgspec

from planes.structs.admission import LabelSelector, WebhookRule


class Meta(msgspec.Struct, gc=False):
    """Metadata of objects whose labels we do not read."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resourceVersion: str = ""
    creationTimestamp: str | None = None
    deletionTimestamp: str | None = None


class OwnerReference(msgspec.Struct, gc=False):
    kind: str = ""
    name: str = ""
    controller: bool = False


class OwnedMeta(Meta):
    """Metadata of objects of which we read to whom they belong."""

    ownerReferences: list[OwnerReference] = []


class AnnotatedMeta(Meta):
    annotations: dict[str, str] = {}


class LabelledMeta(AnnotatedMeta):
    generation: int = 0
    deletionGracePeriodSeconds: int | None = None
    labels: dict[str, str] = {}


class Item(msgspec.Struct):
    """What every object of a feed has."""

    metadata: Meta


class Condition(msgspec.Struct, gc=False):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    lastTransitionTime: str | None = None
    lastHeartbeatTime: str | None = None  # of a node's only


# --- nodes -------------------------------------------------------------------------------------------------------------------


class Taint(msgspec.Struct, gc=False):
    key: str = ""
    value: str = ""
    effect: str = ""
    timeAdded: str | None = None


class NodeSpec(msgspec.Struct):
    unschedulable: bool = False
    taints: list[Taint] = []
    providerID: str = ""


class NodeInfo(msgspec.Struct, gc=False):
    kubeletVersion: str = ""
    containerRuntimeVersion: str = ""
    osImage: str = ""
    kernelVersion: str = ""
    architecture: str = ""
    operatingSystem: str = ""


class NodeAddress(msgspec.Struct, gc=False):
    type: str = ""
    address: str = ""


class NodeStatus(msgspec.Struct):
    conditions: list[Condition] = []
    allocatable: dict[str, str] = {}
    addresses: list[NodeAddress] = []
    nodeInfo: NodeInfo = msgspec.field(default_factory=NodeInfo)


class Node(Item):
    metadata: LabelledMeta
    spec: NodeSpec = msgspec.field(default_factory=NodeSpec)
    status: NodeStatus = msgspec.field(default_factory=NodeStatus)

    def take_heartbeat(self) -> str | None:
        """When its kubelet last wrote its status, by the cluster's clock: the heartbeat of Ready, which no detector writes. Taken
        out of the conditions, where it moves with every write although nothing else does."""
        beat = next((one.lastHeartbeatTime for one in self.status.conditions if one.type == "Ready"), None)
        for one in self.status.conditions:
            one.lastHeartbeatTime = None
        return beat


# --- leases ------------------------------------------------------------------------------------------------------------------


class LeaseSpec(msgspec.Struct, gc=False):
    holderIdentity: str | None = None
    leaseDurationSeconds: int | None = None
    renewTime: str | None = None
    leaseTransitions: int | None = None
    acquireTime: str | None = None


class Lease(Item):
    """A leader's lease, an API server's identity lease (labels tell), or a lease kept elsewhere by a distribution."""

    metadata: LabelledMeta
    spec: LeaseSpec = msgspec.field(default_factory=LeaseSpec)


class NodeLease(Item):
    """A lease in kube-node-lease: 500 events a second at 5,000 nodes, so the leanest shape of all. Its annotations may say that a
    neighbour renews it."""

    metadata: AnnotatedMeta
    spec: LeaseSpec = msgspec.field(default_factory=LeaseSpec)


# --- pods --------------------------------------------------------------------------------------------------------------------


class PodSpec(msgspec.Struct, gc=False):
    nodeName: str = ""
    schedulerName: str = ""


class Waiting(msgspec.Struct, gc=False):
    reason: str = ""


class Running(msgspec.Struct, gc=False):
    startedAt: str | None = None


class ContainerState(msgspec.Struct):
    waiting: Waiting | None = None


class SystemContainerState(ContainerState):
    running: Running | None = None


class ContainerStatus(msgspec.Struct):
    name: str = ""
    ready: bool = False
    restartCount: int = 0
    state: SystemContainerState = msgspec.field(default_factory=SystemContainerState)


class PodStatus(msgspec.Struct):
    phase: str = ""
    reason: str = ""
    conditions: list[Condition] = []
    containerStatuses: list[ContainerStatus] = []


class PodCondition(msgspec.Struct, gc=False):
    """That there is one is all that is asked."""

    type: str = ""


class PodContainer(msgspec.Struct, gc=False):
    ready: bool = False
    restartCount: int = 0
    state: ContainerState = msgspec.field(default_factory=ContainerState)


class PlainPodStatus(msgspec.Struct, gc=False):
    phase: str = ""
    reason: str = ""
    conditions: list[PodCondition] = []
    containerStatuses: list[PodContainer] = []


class Pod(Item, gc=False):
    """Any pod: as little as its row needs, for a first list holds up to 150,000 of them at once."""

    metadata: OwnedMeta
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: PlainPodStatus = msgspec.field(default_factory=PlainPodStatus)

    def trim(self) -> None:
        """Forget the conditions of a pod that is bound: they are only asked whether a scheduler has decided."""
        if self.spec.nodeName:
            self.status.conditions = []


class EnvVar(msgspec.Struct, gc=False):
    name: str = ""
    value: str = ""


class Container(msgspec.Struct):
    """What it is told is read once and not kept (planes/cache/system.py): values may be secret."""

    name: str = ""
    image: str = ""
    command: list[str] = []
    args: list[str] = []
    env: list[EnvVar] = []

    def forget(self) -> None:
        """What it is told."""
        self.command, self.args, self.env = [], [], []


class SystemPodSpec(msgspec.Struct):
    nodeName: str = ""
    schedulerName: str = ""
    containers: list[Container] = []


class SystemPod(Item):
    """A pod in a namespace that holds components (kube-system and its like): labels, annotations and images are read too."""

    metadata: LabelledMeta
    spec: SystemPodSpec = msgspec.field(default_factory=SystemPodSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)


# --- workload controllers ----------------------------------------------------------------------------------------------------


class DaemonSetStatus(msgspec.Struct, gc=False):
    observedGeneration: int = 0
    desiredNumberScheduled: int = 0
    numberReady: int = 0


class TemplateContainer(msgspec.Struct):
    """What a container is told. Only a few settings of it are kept (planes/cache/workloads.py): values may be secret."""

    name: str = ""
    args: list[str] = []
    command: list[str] = []
    env: list[EnvVar] = []


class TemplateSpec(msgspec.Struct):
    containers: list[TemplateContainer] = []


class Template(msgspec.Struct):
    spec: TemplateSpec = msgspec.field(default_factory=TemplateSpec)


class DaemonSetSpec(msgspec.Struct):
    template: Template = msgspec.field(default_factory=Template)


class DaemonSet(Item):
    metadata: LabelledMeta
    status: DaemonSetStatus = msgspec.field(default_factory=DaemonSetStatus)
    spec: DaemonSetSpec = msgspec.field(default_factory=DaemonSetSpec)


class DeploymentSpec(msgspec.Struct, gc=False):
    replicas: int | None = None


class DeploymentStatus(msgspec.Struct):
    observedGeneration: int = 0
    readyReplicas: int = 0


class Deployment(Item):
    metadata: LabelledMeta
    spec: DeploymentSpec = msgspec.field(default_factory=DeploymentSpec)
    status: DeploymentStatus = msgspec.field(default_factory=DeploymentStatus)


# --- endpoints, API services, webhooks ---------------------------------------------------------------------------------------


class EndpointConditions(msgspec.Struct, gc=False):
    ready: bool | None = None


class ObjectRef(msgspec.Struct, gc=False):
    kind: str = ""
    namespace: str = ""
    name: str = ""


class Endpoint(msgspec.Struct):
    addresses: list[str] = []
    conditions: EndpointConditions = msgspec.field(default_factory=EndpointConditions)
    nodeName: str | None = None
    targetRef: ObjectRef | None = None


class EndpointPort(msgspec.Struct, gc=False):
    name: str = ""
    port: int | None = None


class EndpointSlice(Item):
    metadata: LabelledMeta
    endpoints: list[Endpoint] | None = None
    ports: list[EndpointPort] | None = None


class ServiceRef(msgspec.Struct, gc=False):
    namespace: str = ""
    name: str = ""


class APIServiceSpec(msgspec.Struct):
    service: ServiceRef | None = None
    caBundle: str = ""  # base64 of PEM
    insecureSkipTLSVerify: bool = False


class APIServiceStatus(msgspec.Struct):
    conditions: list[Condition] = []


class APIService(Item):
    metadata: LabelledMeta
    spec: APIServiceSpec = msgspec.field(default_factory=APIServiceSpec)
    status: APIServiceStatus = msgspec.field(default_factory=APIServiceStatus)


class WebhookClient(msgspec.Struct):
    service: ServiceRef | None = None
    url: str | None = None
    caBundle: str = ""  # base64 of PEM


class Webhook(msgspec.Struct):
    name: str = ""
    failurePolicy: str | None = None
    clientConfig: WebhookClient = msgspec.field(default_factory=WebhookClient)
    rules: list[WebhookRule] | None = None
    namespaceSelector: LabelSelector | None = None


class WebhookConfiguration(Item):
    """A ValidatingWebhookConfiguration or a MutatingWebhookConfiguration; the feed it came by tells which."""

    metadata: LabelledMeta
    webhooks: list[Webhook] = []


# --- events ------------------------------------------------------------------------------------------------------------------


class Event(Item):
    involvedObject: ObjectRef = msgspec.field(default_factory=ObjectRef)
    type: str = ""
    reason: str = ""
    message: str = ""
    count: int | None = None
    firstTimestamp: str | None = None
    lastTimestamp: str | None = None
    eventTime: str | None = None


# --- storage -----------------------------------------------------------------------------------------------------------------


class CSIAllocatable(msgspec.Struct, gc=False):
    count: int | None = None  # volumes; None: as many as one likes


class CSIDriver(msgspec.Struct):
    name: str = ""
    allocatable: CSIAllocatable | None = None


class CSINodeSpec(msgspec.Struct):
    drivers: list[CSIDriver] = []


class CSINode(Item):
    """The storage drivers that a node's kubelet has registered; named as its node."""

    spec: CSINodeSpec = msgspec.field(default_factory=CSINodeSpec)
