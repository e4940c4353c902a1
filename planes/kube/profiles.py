"""ClusterProfile objects of a hub, the cluster that holds an inventory of others: how they are listed, and what of them is read.

The fields are those of kubernetes-sigs/cluster-inventory-api, apis/v1alpha1 and apis/v1alpha2 (KEP-4322; the access of KEP-5339).
An object is data of whoever may write it on the hub: what cannot be read of one is said of that one alone.
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from planes.kube.connect import Target
from planes.kube.errors import FaultError, garbled, sentence
from planes.kube.kubeconfig import Cluster
from planes.kube.link import Link, open_link
from planes.structs.events import Fault, FaultKind

GROUP = "multicluster.x-k8s.io"
#: In the order in which they are asked for: the older one alone has credentialProviders, which the newer would leave out.
VERSIONS = ("v1alpha1", "v1alpha2")
#: Objects that are read of one hub, and of one page.
MOST, PAGE = 500, 100
#: Seconds for one page, and for all of it with signing in.
ONE_LIMIT, LIMIT = 10.0, 30.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a cluster is reached for whoever has a credential of this provider."""

    provider: str
    cluster: Cluster


@dataclass(frozen=True, slots=True)
class Profile:
    """One ClusterProfile. `display` may be empty. `ways`: those of accessProviders before equal ones of credentialProviders, which
    is their older name."""

    namespace: str
    name: str
    display: str
    manager: str
    labels: dict[str, str]
    properties: dict[str, str]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Rubbish:
    """An object that cannot be read as a ClusterProfile."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a hub has. `version`: of the API that was asked. `more`: whether there are more than are read."""

    version: str
    profiles: tuple[Profile, ...]
    rubbish: tuple[Rubbish, ...]
    more: bool


class _Meta(Struct):
    name: str
    namespace: str
    labels: dict[str, str] | None = None


class _Manager(Struct):
    name: str = ""


class _Spec(Struct, rename="camel"):
    display_name: str = ""
    cluster_manager: _Manager = msgspec.field(default_factory=_Manager)


class _Property(Struct):
    name: str
    value: str


class _Access(Struct):
    name: str
    cluster: Cluster = msgspec.field(default_factory=Cluster)


class _State(Struct, rename="camel"):
    properties: list[_Property] | None = None
    access_providers: list[_Access] | None = None
    credential_providers: list[_Access] | None = None


class _Object(Struct):
    metadata: _Meta
    spec: _Spec
    status: _State = msgspec.field(default_factory=_State)


class _Named(Struct):
    """As much as is needed to say which object is rubbish."""

    metadata: _Meta


class _ListMeta(Struct, rename={"token": "continue"}):
    token: str = ""


class _List(Struct):
    items: list[Raw] | None = None
    metadata: _ListMeta = msgspec.field(default_factory=_ListMeta)


_list = msgspec.json.Decoder(_List)
_object = msgspec.json.Decoder(_Object)
_named = msgspec.json.Decoder(_Named)


async def listed(target: Target, namespace: str = "") -> Listing:
    """The ClusterProfiles of a hub, of one namespace or ("") of all. Raises FaultError: NOT_SERVED where the API is not installed,
    FORBIDDEN with the right that is missing."""
    try:
        async with asyncio.timeout(LIMIT):
            link = await open_link(target)
            try:
                return await _served(link, namespace)
            finally:
                await link.close()
    except TimeoutError:
        raise sentence(
            FaultKind.HANGING,
            f"The ClusterProfiles of the hub are not all told within {LIMIT:g} s.",
            "Look at the hub's API server: its load, and whether etcd answers it.",
        ) from None


async def _served(link: Link, namespace: str) -> Listing:
    for version in VERSIONS:
        try:
            return await _pages(link, version, namespace)
        except FaultError as error:
            if error.fault.kind is not FaultKind.NOT_SERVED:
                raise
    raise FaultError(
        Fault(
            FaultKind.NOT_SERVED,
            f"{link.server} does not serve ClusterProfiles ({GROUP}/{' or '.join(VERSIONS)}).",
            "Install the CustomResourceDefinition of kubernetes-sigs/cluster-inventory-api there, or name another cluster as hub.",
            404,
        )
    )


async def _pages(link: Link, version: str, namespace: str) -> Listing:
    where = f"namespaces/{quote(namespace, safe='')}/" if namespace else ""
    path = f"/apis/{GROUP}/{version}/{where}clusterprofiles"
    profiles: list[Profile] = []
    rubbish: list[Rubbish] = []
    token = ""
    while True:
        answer = await link.ask(f"{path}?limit={PAGE}{f'&continue={quote(token)}' if token else ''}", limit=ONE_LIMIT)
        try:
            page = _list.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise garbled(path, "it is no list of objects") from None
        for item in page.items or ():
            if len(profiles) + len(rubbish) == MOST:
                return Listing(version, tuple(profiles), tuple(rubbish), more=True)
            read = _read(item)
            if isinstance(read, Profile):
                profiles.append(read)
            else:
                rubbish.append(read)
        token = page.metadata.token
        if not token:
            return Listing(version, tuple(profiles), tuple(rubbish), more=False)
        if len(profiles) + len(rubbish) == MOST:
            return Listing(version, tuple(profiles), tuple(rubbish), more=True)


def _read(item: Raw) -> Profile | Rubbish:
    try:
        found = _object.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            meta = _named.decode(item).metadata
        except (msgspec.DecodeError, UnicodeDecodeError):
            return Rubbish("", "")
        return Rubbish(meta.namespace, meta.name)
    status = found.status
    ways = {one.name: Way(one.name, one.cluster) for one in status.credential_providers or ()}
    ways |= {one.name: Way(one.name, one.cluster) for one in status.access_providers or ()}
    return Profile(
        found.metadata.namespace,
        found.metadata.name,
        found.spec.display_name,
        found.spec.cluster_manager.name,
        found.metadata.labels or {},
        {one.name: one.value for one in status.properties or ()},
        tuple(ways.values()),
    )
