"""Why a cluster cannot be seen, for the log and so for the terminal of `manage.py up`: once when it begins, once when it ends."""

import logging

from planes.structs.rows import Frame

logger = logging.getLogger(__name__)


class FaultLog:
    """One a collector. A fault is the same as long as its kind is, however its words vary."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._kind = ""

    def look(self, frame: Frame) -> None:
        """Say what a frame tells anew of the cluster's fault."""
        if frame.cluster is None:
            return
        fault = frame.cluster.fault
        kind = fault.kind if fault else ""
        if kind == self._kind:
            return
        self._kind = kind
        if fault:
            logger.warning("%s: %s %s", self._name, fault.message, fault.remedy)
        else:
            logger.warning("%s: it is seen again.", self._name)
