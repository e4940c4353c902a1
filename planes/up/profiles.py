"""What one ClusterProfile becomes: a kubeconfig of ours, a name and labels. Pure.

The object is data of whoever may write it on the hub. It says where a cluster is and whom to trust there, and which of our
providers gives a credential; it names no command, no file and no environment that would be used, and TLS is verified whatever it
says. Where that does not suffice to ask the cluster, its kubeconfig says why, and what to do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from planes.kube.kubeconfig import (
    EXEC_EXTENSION,
    NO_ACCESS_EXTENSION,
    Cluster,
    Config,
    Context,
    Extension,
    NamedCluster,
    NamedContext,
    NamedUser,
    NoAccess,
    User,
)
from planes.kube.profiles import Profile, Way
from planes.kube.providers import Providers
from planes.store.fleet import LABEL, MOST_LABELS

#: Characters of a name, and of a context's name, which is the object's own.
LONGEST_NAME, LONGEST_CONTEXT = 100, 253
#: Bytes of what an object tells a provider's command of its cluster.
LONGEST_TOLD = 8 << 10

#: Labels and properties with a prefix that a fleet is grouped by; of those without a prefix all are taken.
_KNOWN = {
    "topology.kubernetes.io/region": "region",
    "topology.kubernetes.io/zone": "zone",
    "clusterset.k8s.io": "clusterset",
    "multicluster.x-k8s.io/clusterset": "clusterset",
}
#: The same for two objects: they are one cluster (apis/v1alpha2, LabelInventoryMemberIDKey).
_MEMBER = "multicluster.x-k8s.io/inventory-member-id"
_DNS = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Made:
    """`context`: namespace/name of the object, and the only context of its kubeconfig, which is JSON. `access`: None where the
    cluster can be asked."""

    context: str
    name: str
    labels: dict[str, str]
    kubeconfig: bytes
    access: NoAccess | None
    member: str  # the same for two: one cluster; empty: not said


def made(profile: Profile, providers: Providers) -> Made | None:
    """None of an object whose name cannot be one."""
    context = f"{profile.namespace}/{profile.name}"
    if len(context) > LONGEST_CONTEXT or not _DNS.fullmatch(profile.namespace) or not _DNS.fullmatch(profile.name):
        return None
    way, refused = _way(profile, providers)
    name = " ".join(profile.display.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        name = profile.name
    config = Config(kind="Config", apiVersion="v1", current_context=context)
    if way is None:
        told = Extension(NO_ACCESS_EXTENSION, msgspec.Raw(msgspec.json.encode(refused)))
        config.contexts = [NamedContext(context, Context(extensions=[told]))]
    else:
        config.clusters = [NamedCluster(context, _cluster(way, providers))]
        config.users = [NamedUser(context, User(exec=providers.commands[way.provider]))]
        config.contexts = [NamedContext(context, Context(context, context))]
    member = profile.labels.get(_MEMBER, "")
    return Made(context, name, labels(profile), msgspec.json.encode(config), refused if way is None else None, member)


def labels(profile: Profile) -> dict[str, str]:
    """What of the object's labels and properties a fleet may be grouped by, its labels first; as fleet.LABEL has them."""
    found: dict[str, str] = {}
    told = (*sorted(profile.labels.items()), *sorted(profile.properties.items()), ("cluster-manager", profile.manager))
    for key, value in told:
        short = _KNOWN.get(key, key)
        if LABEL.fullmatch(short) is not None and LABEL.fullmatch(value) is not None:
            found.setdefault(short, value)
    return dict(list(found.items())[:MOST_LABELS])


def one_of_each(found: Iterable[Made]) -> tuple[list[Made], list[tuple[Made, Made]]]:
    """Without those that say of themselves that they are a cluster which is there already, each of these with that one. Of several
    the first that can be asked stays."""
    kept: dict[str, Made] = {}
    twice: list[tuple[Made, Made]] = []
    for one in sorted(found, key=lambda one: one.access is not None):
        key = f"member {one.member}" if one.member else one.context
        if (other := kept.setdefault(key, one)) is not one:
            twice.append((one, other))
    return list(kept.values()), twice


def _way(profile: Profile, providers: Providers) -> tuple[Way | None, NoAccess]:
    """The first provider of our file that the object names, as client-go's plugin library chooses; else why there is no way."""
    whose = f"ClusterProfile {profile.namespace}/{profile.name}"
    offered = {way.provider: way for way in profile.ways}
    way = next((offered[name] for name in providers.commands if name in offered), None)
    if way is not None:
        wrong = _unusable(way.cluster)
        if wrong is None:
            return way, NoAccess("", "")
        return None, NoAccess(f"Not watched: the {whose} {wrong[0]}.", wrong[1])
    if not offered:
        return None, NoAccess(
            f"Not watched: the {whose} names no access provider, so nothing says where its API server is.",
            "Let its cluster manager write status.accessProviders, or add the cluster by another way.",
        )
    them = "one of them" if len(offered) > 1 else "it"
    names = ", ".join(name[:60] for name in list(offered)[:5])
    mine = f"has {', '.join(providers.commands)}" if providers.commands else "is not given, or empty"
    return None, NoAccess(
        f"Not watched: Planewatch has no credential for the {whose}. It names the access "
        f"provider{'s' if len(offered) > 1 else ''} {names}; the provider file {mine}.",
        f"Put a command for {them} into the provider file, or add the cluster by another way.",
    )


def _unusable(cluster: Cluster) -> tuple[str, str] | None:
    """What keeps us from asking it, and what to do."""
    mend = "Let its cluster manager correct status.accessProviders, or add the cluster by another way."
    try:
        server = urlsplit(cluster.server)
        proxy = urlsplit(cluster.proxy_url)
        told = server.scheme == "https" and server.hostname and server.port != 0 and len(cluster.server) <= 2048
        proxied = not cluster.proxy_url or (proxy.scheme in ("http", "https", "socks5") and proxy.hostname)
    except ValueError:
        return "has an address of the API server or of a proxy that is no URL", mend
    if not told or server.username or server.password or server.query or server.fragment:
        return "has no address of the API server that begins with https:// and holds nothing but host, port and path", mend
    if not proxied:
        return "has a proxy-url that is none of http, https and socks5", mend
    if cluster.insecure_skip_tls_verify:
        return "asks that the API server's certificate be not verified, which is not done for it", mend
    if cluster.certificate_authority:
        return "names a file as certificate authority; no file is read because an object names it", mend
    return None


def _cluster(way: Way, providers: Providers) -> Cluster:
    """Of the object's only what is used; its extension for plugins where the provider's command wants to be told of the cluster."""
    told = way.cluster
    wants = providers.commands[way.provider].provideClusterInfo
    kept = [one for one in told.extensions if wants and one.name == EXEC_EXTENSION and len(bytes(one.extension)) <= LONGEST_TOLD]
    return Cluster(
        server=told.server,
        tls_server_name=told.tls_server_name,
        certificate_authority_data=told.certificate_authority_data,
        proxy_url=told.proxy_url,
        disable_compression=told.disable_compression,
        extensions=kept[:1],
    )
