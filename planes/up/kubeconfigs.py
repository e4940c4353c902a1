"""Reading the contexts of a kubeconfig, through planes.kube."""

from planes.up.choice import Contexts, UnreadableError


def of_file(path: str) -> Contexts:
    """As `read`, without the Kubernetes client: for who reads kubeconfigs and asks no cluster."""
    from planes.kube.errors import FaultError
    from planes.kube.kubeconfig import read as read_merged

    try:
        merged = read_merged(path)
    except FaultError as error:
        raise UnreadableError(error.fault.message, error.fault.remedy) from error
    return Contexts(tuple(merged.contexts), merged.current)


def read(kubeconfig: str) -> Contexts:
    """The contexts of a kubeconfig. The Kubernetes client takes half a second to import: only where it is needed."""
    from planes.kube.connect import contexts
    from planes.kube.errors import FaultError

    try:
        found = contexts(kubeconfig)
    except FaultError as error:
        raise UnreadableError(error.fault.message, error.fault.remedy) from error
    return Contexts(tuple(one.name for one in found), next((one.name for one in found if one.current), ""))
