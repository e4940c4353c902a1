"""What an answer says when it is not the one that was asked for: HTTP statuses and the API server's `Status` objects as faults.

Of a `Status` only what it says about missing rights is repeated: it names a user, a verb and a resource, which is what a person
needs to grant it.
"""

import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import msgspec

from planes.kube.errors import not_kubernetes, short
from planes.structs.events import Fault, FaultKind

#: No wait that a server asks for is longer than this, in seconds.
LONGEST_RETRY_AFTER = 15.0


@dataclass(frozen=True)
class Answer:
    """One complete answer. `took` is in seconds; `at` is the monotonic time at which it was complete."""

    path: str
    status: int
    body: bytes
    content_type: str
    date: str
    retry_after: str
    took: float
    at: float = 0.0
    wall: float = field(default=0.0)  # our own wall clock in the middle of the question, epoch seconds
    shown: bytes = b""  # the certificate of a server that was dialled, in DER


class _Details(msgspec.Struct):
    retryAfterSeconds: float = 0


class Status(msgspec.Struct):
    """The API server's own error object."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: _Details | None = None


_STATUS = msgspec.json.Decoder(Status)

_FORBIDDEN = re.compile(
    r'[Ff]orbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) '
    r'(?:resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: at the cluster scope| in the namespace "(?P<namespace>[^"]+)")?|path "(?P<path>[^"]+)")'
)

_ACTING = re.compile(
    r'"(?P<whom>[^"]*)" is forbidden: User "(?P<user>[^"]*)" cannot impersonate '
    r'resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
)
_KINDS = {"users": "the user", "groups": "the group", "serviceaccounts": "the service account", "uids": "the UID"}


def of_answer(answer: Answer, server: str, signed_in_with: str = "") -> Fault:
    """The fault behind an answer whose status is not 200. `signed_in_with` says what a 401 rejects."""
    status = _status(answer.body)
    code = answer.status
    wait = retry_after(answer, status)
    if "html" in answer.content_type and code < 500:
        return not_kubernetes(server, f"with a web page ({code})").fault
    if code == 401:
        return Fault(
            FaultKind.UNAUTHENTICATED,
            f"{server} rejects {signed_in_with or 'the credentials in the kubeconfig'} (401).",
            "Sign in again (for instance with kubectl get nodes), or renew the token or client certificate in the kubeconfig.",
            401,
        )
    if code == 403:
        return _forbidden(status.message, answer.path)
    if code == 404:
        return Fault(
            FaultKind.NOT_SERVED,
            f"The API server does not serve {short(answer.path)}.",
            "Nothing is broken; where this part is wanted, install or enable what serves it.",
            404,
        )
    if code == 410:
        return Fault(FaultKind.EXPIRED, f"What we held of {short(answer.path)} is too old; it is listed again.", "", 410)
    if code == 429:
        return Fault(
            FaultKind.THROTTLED,
            "The API server is busy and asks us to wait.",
            "Look at API priority and fairness: which flow takes the seats.",
            429,
            wait,
        )
    if code >= 500:
        return _server_error(answer, status, server, wait)
    return Fault(
        FaultKind.NOT_KUBERNETES if not status.kind else FaultKind.SERVER_ERROR,
        f"{server} answers {short(answer.path)} with HTTP status {code}.",
        "Check that the address is the API server's own.",
        code,
    )


def of_status(status: Status, path: str, server: str) -> Fault:
    """The fault in an ERROR event of a watch, which comes under HTTP 200."""
    body = msgspec.json.encode(status)
    return of_answer(Answer(path, status.code or 500, body, "application/json", "", "", 0.0), server)


def _server_error(answer: Answer, status: Status, server: str, wait: float | None) -> Fault:
    code = answer.status
    if not status.kind and "html" in answer.content_type:
        what = f"A gateway before {server} answers {code}: it does not reach the API server."
    elif "Too large resource version" in status.message:
        what = f"The API server that answered is behind the one asked before ({code}, too large resource version)."
    else:
        what = f"The API server answers {short(answer.path)} with an error of its own ({code})."
    return Fault(FaultKind.SERVER_ERROR, what, "Look at the API server's log and at etcd.", code, wait)


def _forbidden(message: str, path: str) -> Fault:
    if (acting := _ACTING.search(message)) is not None:
        return _not_acting(acting)
    found = _FORBIDDEN.search(message)
    if found is None:
        return Fault(FaultKind.FORBIDDEN, f"We may not read {short(path)}.", "Grant Planewatch's user the right to read it.", 403)
    user, verb, group, namespace = (found[name] or "" for name in ("user", "verb", "group", "namespace"))
    if found["path"]:
        return Fault(
            FaultKind.FORBIDDEN,
            f'User "{user}" may not {verb} the path {found["path"]}.',
            f'Bind the built-in ClusterRole system:monitoring to "{user}".',
            403,
        )
    what = found["resource"] + (f".{group}" if group else "")
    where = f"in the namespace {namespace}" if namespace else "in the whole cluster"
    verbs = '["get"]' if verb == "get" else '["list", "watch"]'
    role = f"Role in {namespace}" if namespace else "ClusterRole"
    return Fault(
        FaultKind.FORBIDDEN,
        f'User "{user}" may not {verb} {what} {where}.',
        f'Bind a {role} to "{user}" with the rule apiGroups ["{group}"], resources ["{found["resource"]}"], verbs {verbs}.',
        403,
    )


def _not_acting(found: re.Match[str]) -> Fault:
    """The API server does not take us for whom the kubeconfig wants us to act as: no right is missing, the sign-in is of no use."""
    user, resource, group = found["user"], found["resource"], found["group"]
    whom = f'{_KINDS.get(resource, "one with the extra field")} "{found["whom"]}"'
    return Fault(
        FaultKind.UNAUTHENTICATED,
        f'User "{user}" may not act as {whom}, as the kubeconfig asks.',
        f'Bind a ClusterRole to "{user}" with the rule apiGroups ["{group}"], resources ["{resource}"], verbs ["impersonate"], or '
        "remove as, as-groups, as-uid and as-user-extra from the kubeconfig.",
        403,
    )


def _status(body: bytes) -> Status:
    try:
        status = _STATUS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Status()
    return status if status.kind == "Status" else Status()


def retry_after(answer: Answer, status: Status | None = None) -> float | None:
    """Seconds to wait as the server asks, from the header or the Status; None when it does not say."""
    if answer.retry_after.isdigit():
        return min(float(answer.retry_after), LONGEST_RETRY_AFTER)
    if status is not None and status.details is not None and status.details.retryAfterSeconds > 0:
        return min(status.details.retryAfterSeconds, LONGEST_RETRY_AFTER)
    return None


def clock_skew(answer: Answer) -> float | None:
    """Seconds by which the server's clock is ahead of ours. `Date` counts whole seconds, so half a second is added."""
    try:
        return parsedate_to_datetime(answer.date).timestamp() + 0.5 - answer.wall
    except (TypeError, ValueError):
        return None
