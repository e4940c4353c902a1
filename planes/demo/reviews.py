"""Who am I, and what may I: SelfSubjectReview, SelfSubjectAccessReview and SelfSubjectRulesReview."""

import time

import msgspec

from planes.demo.access import User
from planes.demo.clock import rfc3339
from planes.demo.replies import Reply, Request, refusal, reply
from planes.demo.template import Body, managed_fields

KINDS = {"selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"}


class ResourceAttributes(msgspec.Struct, omit_defaults=True):
    namespace: str = ""
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""


class NonResourceAttributes(msgspec.Struct, omit_defaults=True):
    path: str = ""
    verb: str = ""


class ReviewSpec(msgspec.Struct, omit_defaults=True):
    resourceAttributes: ResourceAttributes | None = None
    nonResourceAttributes: NonResourceAttributes | None = None
    namespace: str = ""


class Review(msgspec.Struct):
    kind: str = ""
    spec: ReviewSpec = msgspec.field(default_factory=ReviewSpec)


def answer(request: Request, user: User, plural: str) -> Reply:
    try:
        review = msgspec.json.decode(request.body, type=Review)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return refusal(400, "BadRequest", f"the object provided is unrecognized: {error}")
    now = rfc3339(time.time())
    if plural == "selfsubjectreviews":
        info = {"username": user.name, "uid": user.name, "groups": list(user.groups)}
        return reply(
            {
                "kind": "SelfSubjectReview",
                "apiVersion": "authentication.k8s.io/v1",
                "metadata": {"creationTimestamp": now},
                "status": {"userInfo": info},
            },
            201,
        )
    if plural == "selfsubjectrulesreviews":
        status = user.rules_review(review.spec.namespace)
        head = {"kind": "SelfSubjectRulesReview", "apiVersion": "authorization.k8s.io/v1"}
        return reply({**head, "metadata": {}, "spec": {}, "status": status}, 201)
    spec: Body = {}
    allowed, role = False, "planewatch"
    if review.spec.resourceAttributes is not None:
        asked = review.spec.resourceAttributes
        allowed = user.may(asked.verb, asked.group, asked.resource, asked.namespace)
        spec["resourceAttributes"] = msgspec.to_builtins(asked)
    elif review.spec.nonResourceAttributes is not None:
        allowed = user.may_get(review.spec.nonResourceAttributes.path)
        spec["nonResourceAttributes"] = msgspec.to_builtins(review.spec.nonResourceAttributes)
        role = "system:monitoring"
    outcome: Body = {"allowed": allowed}
    if allowed:
        outcome["reason"] = f'RBAC: allowed by ClusterRoleBinding "planewatch" of ClusterRole "{role}" to User "{user.name}"'
    fields = [managed_fields("unknown", "authorization.k8s.io/v1", {"spec": spec}, now)]
    head = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1"}
    return reply({**head, "metadata": {"managedFields": fields}, "spec": spec, "status": outcome}, 201)
