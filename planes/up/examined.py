"""Which cluster `manage.py doctor` examines: one that is watched already, or the one that `manage.py up` would choose."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from planes.store import selectors
from planes.up import choice, kubeconfigs
from planes.up.choice import Around, Asked, Watched, choose
from planes.up.refusal import Exit, RefusalError

if TYPE_CHECKING:
    from planes.kube.connect import Target


@dataclass(frozen=True, slots=True)
class Examined:
    """One cluster, and why it is this one."""

    why: str
    kubeconfig: str = ""
    context: str = ""
    in_cluster: bool = False

    def target(self) -> "Target":
        """As planes.kube asks for it."""
        from planes.kube.connect import Target

        return Target(self.kubeconfig, self.context, self.in_cluster)


def examined(kubeconfig: str | None, context: str | None, in_cluster: bool, slug: str | None) -> Examined:
    """The choice. Raises RefusalError where there is none to be made."""
    if slug is not None:
        return _watched(slug)
    if in_cluster:
        return Examined("the cluster that this runs in, by its pod's ServiceAccount (--in-cluster)", in_cluster=True)
    said = bool(kubeconfig or context)
    asked = Asked(
        kubeconfigs=(kubeconfig,) if kubeconfig else () if said else tuple(settings.UP_KUBECONFIGS),
        contexts=(context,) if context else () if said else tuple(settings.UP_CONTEXTS),
        demo=settings.UP_DEMO and not said,
    )
    chosen = choose(asked, Around(os.environ, Path.home()), settings.DATA_DIR / "demo", kubeconfigs.read)
    first = chosen.watched[0]
    if first.source == "demo" and not Path(first.kubeconfig).exists():
        raise RefusalError(
            "There is no cluster to examine: no --kubeconfig, no pod's ServiceAccount, no KUBECONFIG and no ~/.kube/config, "
            "and no demo cluster runs.",
            "Name one with --kubeconfig or --context.",
            Exit.USAGE,
        )
    more = len(chosen.watched) - 1
    others = f"; {more} more {'is' if more == 1 else 'are'} named, and examined one at a time with --context" if more else ""
    return _examined(first, chosen.why + others)


def examined_kubeconfigs() -> tuple[str, ...]:
    """Where a hub's context is looked for, as `manage.py up` does where its options say nothing."""
    return choice.kubeconfigs(Asked(kubeconfigs=tuple(settings.UP_KUBECONFIGS)), Around(os.environ, Path.home()))


def _examined(one: Watched, why: str) -> Examined:
    return Examined(why, one.kubeconfig, one.context, one.source == "in-cluster")


def _watched(slug: str) -> Examined:
    head = next((head for head in selectors.watched() if head.slug == slug), None)
    if head is None:
        known = ", ".join(head.slug for head in selectors.watched()) or "none"
        raise RefusalError(f"No watched cluster has the slug {slug!r}.", f"These are watched: {known}.", Exit.USAGE)
    return Examined(f"{head.name} ({slug}), which is watched", head.kubeconfig, head.context, head.source == "in-cluster")
