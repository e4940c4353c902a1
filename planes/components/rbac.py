"""The manifest that grants what rights.py declares: a ClusterRole, a Role where a namespace is enough, and their bindings."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from planes.structs.rights import MONITORING, RIGHTS, Right

NAME = "planewatch"
_ACCOUNT = "system:serviceaccount:"
_HEAD = (
    "# What Planewatch can make use of, all of it read-only, never secrets. Every single right may be left out: the picture then\n"
    "# shrinks, and says why. Made by `manage.py doctor --rbac` from planes/structs/rights.py.\n"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom to grant it: a ServiceAccount (`namespace` set), or a user."""

    name: str
    namespace: str = ""

    @property
    def username(self) -> str:
        """As the API server names it."""
        return f"{_ACCOUNT}{self.namespace}:{self.name}" if self.namespace else self.name

    @property
    def title(self) -> str:
        """What its bindings are called. Those of another subject than our own get its name, so that granting one takes nothing
        from another; a name of RBAC may hold anything but / and %."""
        return NAME if self == OURS else f"{NAME}:{self.username}".replace("/", "-").replace("%", "-")


#: The ServiceAccount that docker/kubernetes/planewatch.yaml runs as.
OURS = Subject(NAME, NAME)


def subject(username: str) -> Subject:
    """A user by its name; "system:serviceaccount:NAMESPACE:NAME" is a ServiceAccount."""
    namespace, colon, name = username.removeprefix(_ACCOUNT).partition(":")
    return Subject(name, namespace) if username.startswith(_ACCOUNT) and colon and name else Subject(username)


def manifest(to: Subject = OURS, *, distribution: str = "") -> str:
    """The whole as YAML. A `distribution` ("OpenShift") adds what only it needs; its namespaces must exist."""
    rights = [right for right in RIGHTS if not (right.role and right.only) or right.only == distribution]
    documents = [*(_account() if to == OURS else ()), *_cluster_role(rights, to), *_monitoring(to), *_roles(rights, to)]
    return _HEAD + "---\n".join(documents)


def _account() -> Iterator[str]:
    yield f"apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {NAME}\n"
    yield f"apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {NAME}\n  namespace: {NAME}\n"


def _cluster_role(rights: Iterable[Right], to: Subject) -> Iterator[str]:
    verbs: dict[tuple[str, str], tuple[str, ...]] = {}
    for right in rights:
        if right.resource and not right.role:
            what = right.group, right.resource
            verbs[what] = tuple(dict.fromkeys((*verbs.get(what, ()), *right.verbs)))
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), granted in verbs.items():
        rules.setdefault((group, granted), []).append(resource)
    yield (_head("ClusterRole", NAME) + "rules:\n" + "".join(_rule(*rule, names) for rule, names in rules.items()))
    yield _binding("ClusterRole", NAME, to.title, to)


def _monitoring(to: Subject) -> Iterator[str]:
    yield "# Kubernetes' own role for /metrics, /livez, /readyz and their like.\n" + _binding(
        "ClusterRole", MONITORING, f"{to.title}-monitoring", to
    )


def _roles(rights: Iterable[Right], to: Subject) -> Iterator[str]:
    first = "# Leases: leaders and API servers in kube-system, heartbeats of kubelets in kube-node-lease.\n"
    places = {(right.namespace, right.resource): right for right in rights if right.role}
    order = ("kube-system", "kube-node-lease", *sorted(namespace for namespace, _ in places))
    for namespace, resource in sorted(places, key=lambda place: (order.index(place[0]), place[1])):
        right = places[namespace, resource]
        name, rule = f"{NAME}-{resource}", _rule(right.group, right.verbs, [resource])
        yield first + _head("Role", name, namespace) + "rules:\n" + rule
        yield _binding("Role", name, f"{to.title}-{resource}", to, namespace)
        first = ""


def _head(kind: str, name: str, namespace: str = "") -> str:
    place = f"  namespace: {namespace}\n" if namespace else ""
    return f"apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: {_quoted(name)}\n{place}"


def _rule(group: str, verbs: Iterable[str], resources: Iterable[str]) -> str:
    shown = group or '""'
    return f"  - apiGroups: [{shown}]\n    resources: [{', '.join(resources)}]\n    verbs: [{', '.join(verbs)}]\n"


def _binding(kind: str, role: str, name: str, to: Subject, namespace: str = "") -> str:
    text = _head(f"{kind}Binding", name, namespace)
    text += f"roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: {kind}\n  name: {role}\nsubjects:\n"
    if to.namespace:
        return text + f"  - kind: ServiceAccount\n    name: {to.name}\n    namespace: {to.namespace}\n"
    return text + f"  - kind: User\n    apiGroup: rbac.authorization.k8s.io\n    name: {_quoted(to.name)}\n"


def _quoted(text: str) -> str:
    """Names of users may hold anything; in YAML's single quotes only the quote itself counts. Control characters name nobody."""
    if text.startswith(NAME) and text.replace("-", "").isalnum():
        return text
    printable = "".join(char for char in text if char.isprintable())
    return "'" + printable.replace("'", "''") + "'"
