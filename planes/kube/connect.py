"""From a kubeconfig or a pod's ServiceAccount to a client that may ask: who we are, whom we trust, and where the server is.

Reading and merging files is kubeconfig.py's part, signing in signin.py's, exec plugins plugin.py's (bounded), OpenID Connect
oidc.py's (verified), the client itself client.py's (keys stay off the disk). Requests are link.py's.
"""

import asyncio
import logging
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import ConfigException
from kubernetes.aio.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME, InClusterConfigLoader

from planes.kube import proxies
from planes.kube.client import Access, make_client, token_file
from planes.kube.errors import origin, sentence
from planes.kube.kubeconfig import NO_ACCESS_EXTENSION, Cluster, Context, Merged, NoAccess, User, read, wrong
from planes.kube.signin import sign_in
from planes.structs.certificates import Credentials, of_pem
from planes.structs.events import FaultKind

logger = logging.getLogger(__name__)

#: Signing in may take this long in all, in seconds.
SIGN_IN_LIMIT = 20.0

#: What has been said of kubeconfigs; signing in again says nothing new.
_said: set[str] = set()


@dataclass(frozen=True)
class Target:
    """Which cluster: a kubeconfig (a path, or several joined by ':') and a context in it ("": the current one), or the cluster
    that this process is a pod of. `dials`: each of its API servers is also asked by itself, at its own address."""

    kubeconfig: str = ""
    context: str = ""
    in_cluster: bool = False
    dials: bool = False


@dataclass(frozen=True)
class ContextInfo:
    """One context of a kubeconfig. `server` is scheme, host and port only."""

    name: str
    cluster: str
    server: str
    current: bool


def contexts(path: str) -> list[ContextInfo]:
    """The contexts of a kubeconfig, in its own order. Raises `FaultError` (CONFIGURATION) with one clear sentence."""
    merged = read(path)
    return [
        ContextInfo(name, one.cluster, origin(merged.clusters.get(one.cluster, Cluster()).server), name == merged.current)
        for name, one in merged.contexts.items()
    ]


async def open_access(target: Target) -> Access:
    """Sign in. Raises `FaultError` (CONFIGURATION or CREDENTIALS); nothing has been asked of the cluster then."""
    try:
        async with asyncio.timeout(SIGN_IN_LIMIT):
            if target.in_cluster:
                return await asyncio.to_thread(_in_cluster)
            access = await sign_in(*await asyncio.to_thread(_chosen, target))
    except TimeoutError:
        raise sentence(
            FaultKind.CREDENTIALS,
            f"Signing in takes longer than {SIGN_IN_LIMIT:g} s.",
            "Check that the kubeconfig's files and its identity provider can be reached.",
        ) from None
    for note in access.notes:
        if note not in _said:
            _said.add(note)
            logger.warning("%s", note)
    return access


def _chosen(target: Target) -> tuple[Cluster, User, list[str]]:
    """The cluster and the user of a context, and the fields of both that client-go does not have."""
    merged = read(target.kubeconfig)
    wanted = target.context or merged.current
    if not wanted:
        raise wrong("The kubeconfig sets no current context.", "Choose one with --context, or kubectl config use-context.")
    context = merged.contexts.get(wanted)
    if context is None:
        known = ", ".join(list(merged.contexts)[:8]) or "none"
        raise wrong(f"The kubeconfig has no context named {wanted}.", f"Choose one of those it has: {known}.")
    _refuse_without_access(context)
    cluster, user = _cluster(merged, wanted, context), _user(merged, wanted, context)
    return cluster, user, [*merged.strays.get(f"cluster {context.cluster}", []), *merged.strays.get(f"user {context.user}", [])]


def _refuse_without_access(context: Context) -> None:
    """A cluster that is known from a ClusterProfile and cannot be asked (planes/up/profiles.py) says why in its own kubeconfig."""
    told = next((one.extension for one in context.extensions if one.name == NO_ACCESS_EXTENSION), None)
    if told is None:
        return
    try:
        why = msgspec.json.decode(told, type=NoAccess)
    except msgspec.DecodeError:
        raise wrong("The cluster of this context cannot be asked.", "Remove its extension planewatch/no-access.") from None
    raise sentence(FaultKind.CREDENTIALS, why.message, why.remedy)


def _cluster(merged: Merged, wanted: str, context: Context) -> Cluster:
    if not context.cluster:
        raise wrong(f"The context {wanted} names no cluster.", "Give it one of the kubeconfig's clusters.")
    cluster = merged.clusters.get(context.cluster)
    if cluster is None:
        raise wrong(
            f"The context {wanted} names a cluster that the kubeconfig does not have: {context.cluster}.",
            f"It has {', '.join(list(merged.clusters)[:8]) or 'none'}: correct the context, or add the cluster.",
        )
    return cluster


def _user(merged: Merged, wanted: str, context: Context) -> User:
    """A context without a user asks as nobody; one whose user is missing was meant to ask as somebody."""
    if not context.user:
        return User()
    user = merged.users.get(context.user)
    if user is None:
        raise wrong(
            f"The context {wanted} names a user that the kubeconfig does not have: {context.user}.",
            f"It has {', '.join(list(merged.users)[:8]) or 'none'}: correct the context, or add the user.",
        )
    return user


def _in_cluster() -> Access:
    configuration = Configuration()
    try:
        InClusterConfigLoader(SERVICE_TOKEN_FILENAME, SERVICE_CERT_FILENAME, try_refresh_token=False).load_and_set(configuration)
        authority = Path(SERVICE_CERT_FILENAME).read_bytes()
    except (ConfigException, OSError):
        raise wrong(
            "This process is not in a pod with a ServiceAccount, so it cannot watch the cluster it runs in.",
            "Give a kubeconfig, or mount the pod's ServiceAccount token.",
        ) from None
    configuration.refresh_api_key_hook = token_file(Path(SERVICE_TOKEN_FILENAME))  # type: ignore[assignment] # declared as None only
    proxy = proxies.of_environment(configuration.host, os.environ)
    client = make_client(configuration, b"", b"", proxy)
    told = Credentials(
        words="the pod's ServiceAccount token", renewed="the kubelet", trusted=of_pem(authority), source="the pod's ServiceAccount"
    )
    return Access(client, origin(configuration.host), configuration.host, told.words, proxy=proxy, credentials=told)
