"""A server that answers as the recorded one did: who we are and what we may, with no role, with roles, and after losing them."""

import json
from typing import Any

from tests.replay import Recording, Reply, Request, Script, load, reply, status

#: Seconds at which the phases of the recording begin: with no role, bound to roles, the binding deleted.
PHASES = {"none": (0.0, 3.0), "roles": (3.0, 10.0), "revoked": (10.0, 100.0)}
_SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


class Rights:
    """One phase of the recording "rights" over the objects of "healthy". An access review that was not recorded is answered from
    the recorded rules review of the phase; `refuse` answers every review with that status instead."""

    def __init__(self, phase: str, refuse: int = 0) -> None:
        first, last = PHASES[phase]
        exchanges = [one for one in load("rights") if first <= one["at"] < last]
        self._who = next(one["body"] for one in exchanges if one["path"] == _SELF)
        rules = next(one["body"]["status"] for one in exchanges if one["path"].endswith("selfsubjectrulesreviews"))
        self._resources: list[dict[str, Any]] = rules["resourceRules"]
        self._paths = [path for rule in rules["nonResourceRules"] for path in rule["nonResourceURLs"]]
        self._reviews = {_asked(one["sent"]["spec"]): one["body"] for one in exchanges if one["path"] == _ACCESS}
        self._objects = Recording("healthy")
        self._refuse = refuse

    @property
    def script(self) -> Script:
        return self._answer

    async def _answer(self, request: Request) -> Reply | None:
        if request.method == "POST":
            if self._refuse:
                return status(self._refuse, "Forbidden" if self._refuse == 403 else "NotFound", "no reviews here")
            return self._review(request)
        if not self._may_get(request):
            message = f'forbidden: User "planewatch" cannot get path "{request.path}"'
            return status(403, "Forbidden", message)
        return await self._objects.answer(request)

    def _review(self, request: Request) -> Reply | None:
        if request.path == _SELF:
            return reply(self._who, 201)
        spec = json.loads(request.body)["spec"]
        if (recorded := self._reviews.get(_asked(spec))) is not None:
            return reply(recorded, 201)
        asked = spec.get("resourceAttributes")
        allowed = self._may(**asked) if asked else self._may_path(spec["nonResourceAttributes"]["path"])
        head = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1"}
        return reply({**head, "status": {"allowed": allowed}}, 201)

    def _may(self, verb: str, resource: str, group: str = "", namespace: str = "") -> bool:
        return any(
            verb in rule["verbs"] and group in rule["apiGroups"] and resource in rule["resources"]
            for rule in self._resources
            if "resourceNames" not in rule
        )

    def _may_path(self, path: str) -> bool:
        return any(path == one or (one.endswith("*") and path.startswith(one[:-1])) for one in self._paths)

    def _may_get(self, request: Request) -> bool:
        if not request.path.startswith(("/api/v1/", "/apis/")) or request.path.count("/") < 3:
            return self._may_path(request.path) or request.path in ("/api", "/apis")
        parts = request.path.strip("/").split("/")
        group = "" if parts[0] == "api" else parts[1]
        rest = parts[2:] if parts[0] == "api" else parts[3:]
        if rest[0] == "namespaces" and len(rest) > 2:
            rest = rest[2:]
        return self._may("watch" if request.watch else "get" if len(rest) > 1 else "list", rest[0], group)


def _asked(spec: dict[str, dict[str, str]]) -> str:
    """What a review asks, whichever empty fields it leaves out."""
    return json.dumps(
        {part: {key: value for key, value in (of or {}).items() if value} for part, of in spec.items()}, sort_keys=True
    )
