"""What clusters are called: the names that tools give to contexts are shortened to what tells these clusters apart.

`aws eks update-kubeconfig` writes "arn:aws:eks:us-east-1:123456789012:cluster/prod", gcloud "gke_my-project_europe-west1_prod",
kubeadm "kubernetes-admin@prod", oc "default/api-prod-example-com:6443/admin": long, and alike where they are cut.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from planes.models import Cluster

#: Each names its cluster, and what else tells it apart, the likeliest first.
_FORMS = (
    re.compile(r"arn:[^:]*:[^:]+:(?P<b>[^:]*):(?P<c>[^:]*):(?:[^:/]+[:/])*(?P<name>[^:/]+)"),
    re.compile(r"(?:gke|connectgateway)_(?P<c>[^_]+)_(?P<b>[^_]+)_(?P<name>.+)"),
    re.compile(r"(?P<c>[^/]+)@(?P<name>[^/@]+)\.(?P<b>[a-z0-9-]+)\.eksctl\.io"),
    re.compile(r"(?P<name>[^/@.]+)\.(?P<b>[a-z0-9-]+)\.eksctl\.io"),
    re.compile(r"(?P<b>[^/]+)/(?P<name>[^/]+):\d+/(?P<c>[^/]+)"),
    re.compile(r"vcluster_(?P<name>[^_]+)_(?P<b>[^_]+)_(?P<c>.+)"),
    re.compile(r"(?P<b>[^/@]+)@(?P<name>[^/@]+)"),
)


def _parts(full: str) -> tuple[str, ...]:
    """The cluster's own name first; the full name alone where it has none of the forms."""
    for form in _FORMS:
        if (found := form.fullmatch(full)) is not None:
            told = found.groupdict()
            return (told["name"], *(told[key] for key in ("b", "c") if told.get(key)))
    return (full,)


def _labels(full: str) -> list[str]:
    """From the shortest to all there is: "prod", "prod · us-east-1", "prod · 123456789012", both, and the full name."""
    name, *rest = _parts(full)
    made = [" · ".join((name, *chosen)) for count in range(len(rest) + 1) for chosen in combinations(rest, count)]
    return [*made, full]


def short_names(full: Sequence[str]) -> list[str]:
    """A name for each, no longer than it must be: two different clusters never have one name. Equal ones stay equal."""
    groups: dict[str, set[str]] = defaultdict(set)
    for one in full:
        groups[_parts(one)[0]].add(one)
    made = {one: label for name, alike in groups.items() for one, label in _told_apart(alike, groups.keys() - {name})}
    return [made[one] for one in full]


def by_name(found: Iterable[Cluster]) -> list[Cluster]:
    """In the order of what each is called, which may be an operator's word for it."""
    return sorted(found, key=lambda one: (one.title or one.name, one.slug))


def _told_apart(alike: set[str], taken: Iterable[str]) -> list[tuple[str, str]]:
    """`alike` have one name of their own: the first way of saying more that tells each from all others."""
    others = set(taken)
    ways = {one: _labels(one) for one in alike}
    for way in range(max(len(labels) for labels in ways.values())):
        labels = {one: told[min(way, len(told) - 1)] for one, told in ways.items()}
        if len(set(labels.values())) == len(alike) and not others & set(labels.values()):
            return list(labels.items())
    return [(one, one) for one in alike]
