"""Who asks, and what they may: the reading rights that Planewatch asks for, an administrator, and anonymous callers."""

from dataclasses import dataclass, replace

from planes.demo.replies import FLOW_DEFAULT, FLOW_EXEMPT, FLOW_PROBES, Reply, Request, refusal
from planes.demo.template import Body

READ = ("get", "list", "watch")
_HEALTH = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
_DISCOVERY = [
    "/api",
    "/api/*",
    "/apis",
    "/apis/*",
    "/healthz",
    "/livez",
    "/openapi",
    "/openapi/*",
    "/readyz",
    "/version",
    "/version/",
]
_MONITORING = [
    "/flagz", "/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz", "/readyz/*", "/statusz",
]  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule of a role. `namespaces` narrows it, as a Role instead of a ClusterRole does."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...] = READ
    namespaces: tuple[str, ...] = ()


#: signals.md, "Rights (read only)".
READER = (
    Rule("", ("nodes", "pods", "namespaces", "services", "events")),
    Rule("apps", ("daemonsets", "deployments")),
    Rule("discovery.k8s.io", ("endpointslices",)),
    Rule("apiregistration.k8s.io", ("apiservices",)),
    Rule("admissionregistration.k8s.io", ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")),
    Rule("storage.k8s.io", ("csinodes",)),
    Rule("metrics.k8s.io", ("nodes", "pods"), ("get", "list")),
    Rule("coordination.k8s.io", ("leases",), READ, ("kube-system", "kube-node-lease")),
)
_REVIEWS = (
    Rule("authorization.k8s.io", ("selfsubjectaccessreviews", "selfsubjectrulesreviews"), ("create",)),
    Rule("authentication.k8s.io", ("selfsubjectreviews",), ("create",)),
)


@dataclass(frozen=True)
class User:
    name: str
    groups: tuple[str, ...]
    admin: bool = False
    rules: tuple[Rule, ...] = ()
    monitoring: bool = False
    known: bool = True  # signed in at all

    def without_rights(self) -> "User":
        return User(self.name, self.groups)

    def may(self, verb: str, group: str, resource: str, namespace: str = "") -> bool:
        if self.admin:
            return True
        rules = (*self.rules, *(_REVIEWS if self.known else ()))
        return any(
            rule.group == group
            and resource in rule.resources
            and verb in rule.verbs
            and (not rule.namespaces or namespace in rule.namespaces)
            for rule in rules
        )

    def may_get(self, path: str) -> bool:
        """A path that is no resource."""
        if self.admin:
            return True
        allowed = [*_HEALTH, *(_DISCOVERY if self.known else ()), *(_MONITORING if self.monitoring else ())]
        return any(path == entry or (entry.endswith("/*") and path.startswith(entry[:-1])) for entry in allowed)

    def flow(self, path: str) -> str:
        if self.admin:
            return FLOW_EXEMPT
        return FLOW_PROBES if path.split("/")[1] in {"livez", "readyz", "healthz"} else FLOW_DEFAULT

    def rules_review(self, namespace: str) -> Body:
        """The status of a SelfSubjectRulesReview."""
        if self.admin:
            everything = [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
            return {
                "resourceRules": everything,
                "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
                "incomplete": False,
            }
        resource_rules = [
            {"verbs": list(rule.verbs), "apiGroups": [rule.group], "resources": list(rule.resources)}
            for rule in (*_REVIEWS, *self.rules)
            if not rule.namespaces or namespace in rule.namespaces
        ]
        paths = [[*_DISCOVERY], [*_HEALTH], *([[*_MONITORING]] if self.monitoring else [])]
        others = [{"verbs": ["get"], "nonResourceURLs": entry} for entry in paths]
        return {"resourceRules": resource_rules, "nonResourceRules": others, "incomplete": False}


ANONYMOUS = User("system:anonymous", ("system:unauthenticated",), known=False)
PLANEWATCH = User("planewatch", ("planewatch", "system:authenticated"), rules=READER, monitoring=True)
#: As it is where the inventory of a hub is to be read, too.
INVENTORY_READER = replace(PLANEWATCH, rules=(*READER, Rule("multicluster.x-k8s.io", ("clusterprofiles",), ("list",))))
ADMINISTRATOR = User("kubernetes-admin", ("system:masters", "system:authenticated"), admin=True)


def who(request: Request, tokens: dict[str, User]) -> User | None:
    """The user whose token the request carries; None for a token that is not known."""
    header = request.headers.get("authorization")
    if not header:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    return tokens.get(token.strip()) if scheme.lower() == "bearer" else None


def forbidden(user: User, verb: str, group: str, resource: str, namespace: str, name: str = "") -> Reply:
    kind = f"{resource}.{group}" if group else resource
    subject = f'{kind} "{name}"' if name else kind
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = f'{subject} is forbidden: User "{user.name}" cannot {verb} resource "{resource}" in API group "{group}" {where}'
    details = {**({"name": name} if name else {}), **({"group": group} if group else {}), "kind": resource}
    return refusal(403, "Forbidden", message, details)


def forbidden_path(user: User, verb: str, path: str) -> Reply:
    return refusal(403, "Forbidden", f'forbidden: User "{user.name}" cannot {verb} path "{path}"', {})
