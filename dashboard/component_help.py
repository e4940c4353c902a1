"""What a page tells of a kind besides its state: its words from the registry, and the commands that look closer."""

import shlex
from dataclasses import dataclass

from planes.components import registry


@dataclass(frozen=True, slots=True)
class ComponentHelp:
    """Words of a kind, see planes.components.spec.Kind. All but the title are empty for a kind that nobody declared."""

    title: str
    role: str = ""
    does: str = ""
    away: str = ""
    commands: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def of(kind: str) -> ComponentHelp:
    """What is known of a kind; of one that we have no words for, its name and nothing else."""
    found = registry.of(kind)
    if found is None:
        return ComponentHelp(kind)
    return ComponentHelp(found.title, found.role, found.does, found.away, found.commands, found.unseen)


def of_node(name: str) -> tuple[str, ...]:
    """Commands that look closer at one node."""
    return (
        f"kubectl describe node {name}",
        f"kubectl -n kube-node-lease get lease {name} -o yaml",
        f"kubectl get pods -A -o wide --field-selector spec.nodeName={name}",
        f"kubectl get events -A --field-selector involvedObject.kind=Node,involvedObject.name={name}",
    )


def addressed(commands: tuple[str, ...], *, context: str = "", kubeconfig: str = "") -> tuple[str, ...]:
    """The commands, told which cluster is meant: by a kubeconfig of its own, else by its context, else whichever is current."""
    if kubeconfig:
        return (f"export KUBECONFIG={shlex.quote(kubeconfig)}", *commands)
    if context:
        return tuple(command.replace("kubectl ", f"kubectl --context {shlex.quote(context)} ", 1) for command in commands)
    return commands
