"""Asking a cluster who we are and what we may: by its reviews, or by trying where it refuses those.

Nothing here changes a cluster: a review is a POST that stores nothing, and what is tried is a list of one object or the opening of
a watch.
"""

from dataclasses import dataclass

import msgspec

from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.events import Fault, FaultKind

LIMIT = 5.0

_REVIEW_SELF = "/apis/authentication.k8s.io/{}/selfsubjectreviews"
_REVIEW_ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the API server takes us for. `name` is empty where it does not say; then `fault` tells why."""

    name: str = ""
    groups: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """May we do `verb` on a resource, or get a path? `tried` is what is asked for where reviews are refused."""

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    path: str = ""
    tried: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """The answer. `allowed` None: it cannot be told, for the reason in `fault`. `by_trying`: no review answered it.
    `served`: False where this API server does not have what was tried."""

    allowed: bool | None
    by_trying: bool = False
    served: bool = True
    fault: Fault | None = None


class _UserInfo(msgspec.Struct):
    username: str = ""
    groups: list[str] = []


class _SelfStatus(msgspec.Struct):
    userInfo: _UserInfo = msgspec.field(default_factory=_UserInfo)


class _SelfReview(msgspec.Struct):
    kind: str = "SelfSubjectReview"
    apiVersion: str = "authentication.k8s.io/v1"
    status: _SelfStatus | None = None


class _Resource(msgspec.Struct, omit_defaults=True):
    verb: str = ""
    group: str = ""
    resource: str = ""
    namespace: str = ""


class _Path(msgspec.Struct):
    path: str = ""
    verb: str = ""


class _AccessSpec(msgspec.Struct, omit_defaults=True):
    resourceAttributes: _Resource | None = None
    nonResourceAttributes: _Path | None = None


class _AccessStatus(msgspec.Struct):
    allowed: bool = False


class _AccessReview(msgspec.Struct):
    spec: _AccessSpec
    kind: str = "SelfSubjectAccessReview"
    apiVersion: str = "authorization.k8s.io/v1"
    status: _AccessStatus | None = None


async def who(link: Link) -> Identity:
    """Who we are. Kubernetes says so since 1.27 (v1beta1) and 1.28 (v1). Raises nothing."""
    fault: Fault | None = None
    for version in ("v1", "v1beta1"):
        try:
            answer = await link.post(
                _REVIEW_SELF.format(version), _SelfReview(apiVersion=f"authentication.k8s.io/{version}"), limit=LIMIT
            )
            if answer.status not in (200, 201):
                raise link.fault_of(answer)
            status = msgspec.json.decode(answer.body, type=_SelfReview).status
        except FaultError as exc:
            fault = exc.fault
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Identity(fault=Fault(FaultKind.GARBLED, "The answer about who we are cannot be read."))
        else:
            info = status.userInfo if status is not None else _UserInfo()
            return Identity(info.username, tuple(info.groups))
        if fault.kind is not FaultKind.NOT_SERVED:
            break
    return Identity(fault=fault)


async def may(link: Link, question: Question) -> Permission:
    """Whether we may, by review; by trying where reviews are refused. Raises nothing."""
    try:
        answer = await link.post(_REVIEW_ACCESS, _review(question), limit=LIMIT)
        if answer.status in (200, 201):
            status = msgspec.json.decode(answer.body, type=_Answered).status
            return Permission(status.allowed)
        fault = link.fault_of(answer).fault
    except FaultError as exc:
        fault = exc.fault
    except (msgspec.DecodeError, UnicodeDecodeError):
        fault = Fault(FaultKind.GARBLED, "The answer about our rights cannot be read.")
    if fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED, FaultKind.GARBLED) and question.tried:
        return await _try(link, question)
    return Permission(None, fault=fault)


class _Answered(msgspec.Struct):
    status: _AccessStatus


def _review(question: Question) -> _AccessReview:
    if question.path:
        return _AccessReview(_AccessSpec(nonResourceAttributes=_Path(question.path, question.verb)))
    return _AccessReview(_AccessSpec(_Resource(question.verb, question.group, question.resource, question.namespace)))


async def _try(link: Link, question: Question) -> Permission:
    path = question.tried
    try:
        if question.verb == "watch":
            async with link.stream(f"{path}?watch=1&timeoutSeconds=1&resourceVersion=0", opening=LIMIT, quiet=LIMIT):
                return Permission(True, by_trying=True)
        answer = await link.get(path + ("?limit=1" if question.verb == "list" else ""), limit=LIMIT, accept="application/json, */*")
    except FaultError as exc:
        return _refused(exc.fault)
    if answer.status == 200 or (question.path and answer.status == 500):  # a failing health check is an answer too
        return Permission(True, by_trying=True)
    return _refused(link.fault_of(answer).fault)


def _refused(fault: Fault) -> Permission:
    if fault.kind is FaultKind.FORBIDDEN:
        return Permission(False, by_trying=True, fault=fault)
    if fault.kind is FaultKind.NOT_SERVED:
        return Permission(None, by_trying=True, served=False, fault=fault)
    return Permission(None, by_trying=True, fault=fault)
