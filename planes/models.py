"""What is stored: clusters, their components and nodes as they were last judged, and the history of announced changes.

The collector of a cluster is the only writer of everything below it (planes.store.services.flush). JSON columns hold the rows of
planes.structs.rows as msgspec encodes them; they are read back through planes.store.selectors and nowhere else.
"""

from django.db import models


class Cluster(models.Model):
    """A cluster that is watched. Its credentials are referred to, never copied: the path of a kubeconfig and the name of a context,
    or the ServiceAccount of the pod that we run in."""

    class Source(models.TextChoices):
        KUBECONFIG = "kubeconfig"
        IN_CLUSTER = "in-cluster"
        DEMO = "demo"  # a kubeconfig too, written by the demo cluster itself

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=253)
    source = models.CharField(max_length=20, choices=Source.choices)
    kubeconfig = models.CharField(max_length=1024, blank=True)
    context = models.CharField(max_length=253, blank=True)
    enabled = models.BooleanField(default=True)
    title = models.CharField(max_length=100, blank=True, db_default="")  # what an operator calls it; empty: `name`
    labels = models.BinaryField(
        default=b"{}", db_default=b"{}"
    )  # dict[str, str], by an operator; an empty value hides one of `told`
    told = models.BinaryField(default=b"{}", db_default=b"{}")  # dict[str, str]: labels by what names the cluster, a ClusterProfile
    off = models.BooleanField(default=False, db_default=False)  # an operator stopped it: no declaration starts it again
    doomed = models.BooleanField(default=False, db_default=False)  # removed with its history, which goes batch by batch
    created = models.DateTimeField(auto_now_add=True)
    identity = models.CharField(max_length=100, blank=True, db_default="")  # uid of its kube-system namespace, as first seen
    # While that one is watched: both lead to one cluster (planes/store/twins.py).
    same_as = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="others")

    # The fence: each taking of the cluster by a collector increments epoch, and every flush checks it.
    epoch = models.BigIntegerField(default=0)
    offset = models.BigIntegerField(default=0)  # of the last publication within the epoch
    collected_at = models.FloatField(null=True)  # epoch seconds of the last flush
    remembered_from = models.FloatField(null=True)  # epoch seconds: changes before it were removed; null: none were
    row = models.BinaryField(default=b"{}")  # delta.ClusterRow
    attention = models.BinaryField(default=b"[]")  # list[delta.AttentionRow]
    baseline = models.BinaryField(default=b"{}")  # what this cluster has been seen to have: rules' capability baseline

    class Meta:
        ordering = ["name", "slug"]

    def __str__(self) -> str:
        return self.slug


class Declared(models.Model):
    """Who has said that a cluster is to be watched: the `up` of a data directory, or a command. While anybody says so, it is."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="declared")
    by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "by"], name="declared_once_by_each")]

    def __str__(self) -> str:
        return f"{self.cluster} by {self.by}"


class Component(models.Model):
    """One kind of component of one cluster: kube-apiserver, etcd, …, and kubelet, kube-proxy, container-runtime as roll-ups."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="components")
    kind = models.CharField(max_length=63)
    plane = models.CharField(max_length=10)
    state = models.CharField(max_length=20)
    last = models.CharField(max_length=20, blank=True)
    since = models.FloatField()
    because = models.TextField()
    line = models.TextField(blank=True)
    facts = models.BinaryField(default=b"{}")
    evidence = models.BinaryField(default=b"[]")  # list[delta.EvidenceRow]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "kind"], name="one_component_a_kind")]

    def __str__(self) -> str:
        return self.kind


class Instance(models.Model):
    """One running instance of a control-plane component: an API server, an etcd member, a scheduler."""

    component = models.ForeignKey(Component, on_delete=models.CASCADE, related_name="instances")
    name = models.CharField(max_length=253)
    host = models.CharField(max_length=253, blank=True)
    leader = models.BooleanField(default=False)
    state = models.CharField(max_length=20)
    because = models.TextField(blank=True)
    version = models.CharField(max_length=100, blank=True)
    restarts = models.IntegerField(null=True)
    own = models.BinaryField(default=b"null")  # rows.OwnFiguresRow | None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["component", "name"], name="one_instance_a_name")]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A node with its three agents. What the picture needs of every node stands in columns; the rest is JSON that only the node's
    own page reads: its pods in one column, all else in another, for the one changes often and the other is long."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="nodes")
    name = models.CharField(max_length=253)
    state = models.CharField(max_length=20)
    kubelet = models.CharField(max_length=20)
    kube_proxy = models.CharField(max_length=20)
    container_runtime = models.CharField(max_length=20)
    because = models.TextField()
    since = models.FloatField()
    zone = models.CharField(max_length=253, blank=True)
    pool = models.CharField(max_length=253, blank=True)
    instance_type = models.CharField(max_length=253, blank=True)
    control_plane = models.BooleanField(default=False)
    cordoned = models.BooleanField(default=False)
    version = models.CharField(max_length=100, blank=True)
    runtime_version = models.CharField(max_length=100, blank=True)
    created = models.FloatField(null=True)
    pods_used = models.IntegerField(default=0)
    pods_max = models.IntegerField(null=True)
    cpu = models.FloatField(null=True)  # share of allocatable in use, 0 to 1
    memory = models.FloatField(null=True)
    found_by = models.TextField(blank=True, db_default="")  # its address, and its labels as key=value: a line each
    row = models.BinaryField()  # delta.NodeRow without its pods
    pods = models.BinaryField(null=True)  # tuple[delta.PodRow, ...]; null: written by an older version, the pods stand in `row`

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "name"], name="one_node_a_name")]

    def __str__(self) -> str:
        return self.name


class Survey(models.Model):
    """What was found of a cluster when it was looked over last: certificates, deprecated APIs, webhooks that stand in the way."""

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="survey")
    row = models.BinaryField()  # structs.survey.SurveyRow

    def __str__(self) -> str:
        return f"survey of {self.cluster}"


class Watched(models.Model):
    """A collector judged the cluster from `began` to `ended`, epoch seconds, without a gap. What lies between two of these rows is
    unknown in every ribbon and ratio."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="watched")
    began = models.FloatField()
    ended = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "began"], name="one_span_a_beginning")]
        indexes = [models.Index(fields=["cluster", "ended"])]

    def __str__(self) -> str:
        return f"{self.cluster} from {self.began:.0f} to {self.ended:.0f}"


class Sample(models.Model):
    """All figures of a cluster within `step` seconds from `began` on (epoch seconds). `at` is when the last of them was observed;
    `figures` is planes.structs.samples.Buckets as msgpack. Time in which nothing was observed has no row."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="samples")
    step = models.PositiveSmallIntegerField()
    began = models.BigIntegerField()
    at = models.FloatField()
    figures = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "step", "began"], name="one_sample_a_bucket")]
        indexes = [models.Index(fields=["step", "began"])]

    def __str__(self) -> str:
        return f"{self.cluster} for {self.step} s from {self.began}"


class NodeSample(models.Model):
    """Figures of the nodes of one block (planes.structs.node_samples) within `step` seconds from `began` on (epoch seconds). `at`
    is when the last of them was observed; `figures` is the packed block. Time in which nothing was observed has no row."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="node_samples")
    step = models.PositiveSmallIntegerField()
    block = models.PositiveSmallIntegerField()
    began = models.BigIntegerField()
    at = models.FloatField()
    figures = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cluster", "step", "block", "began"], name="one_node_sample_a_bucket")]
        indexes = [models.Index(fields=["step", "began"], name="planes_node_step_began_idx")]

    def __str__(self) -> str:
        return f"{self.cluster}, block {self.block}, for {self.step} s from {self.began}"


class Transition(models.Model):
    """An announced change of state: the history."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="transitions")
    subject_kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=253)
    agent = models.CharField(max_length=20, blank=True)
    before = models.CharField(max_length=20)
    after = models.CharField(max_length=20)
    because = models.TextField()
    at = models.FloatField()
    group = models.CharField(max_length=100, blank=True)
    about = models.TextField(blank=True, db_default="")  # the one part of the subject that is all its trouble
    led = models.FloatField(null=True)  # epoch seconds: since when it had been so when it was told

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["cluster", "-at"]), models.Index(fields=["cluster", "subject_kind", "subject", "-at"])]

    def __str__(self) -> str:
        return f"{self.subject} {self.agent}: {self.before} to {self.after}"


class InstanceTurn(models.Model):
    """An instance of a component came, changed its state or went: what its own page remembers. `before` is empty of one that came,
    `after` of one that went. It is as it was told, not announced: it stands in no list of changes."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="instance_turns")
    kind = models.CharField(max_length=63)
    name = models.CharField(max_length=253)
    host = models.CharField(max_length=253, blank=True)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    because = models.TextField(blank=True)
    at = models.FloatField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["cluster", "kind", "name", "-at"], name="turns_of_one_instance"),
            models.Index(fields=["at"], name="turns_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.before or 'away'} to {self.after or 'away'}"
