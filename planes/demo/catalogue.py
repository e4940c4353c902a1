"""All faults that `demo list` shows."""

from planes.demo.faults import Fault
from planes.demo.faults_control import CONTROL_FAULTS
from planes.demo.faults_nodes import NODE_FAULTS

FAULTS: tuple[Fault, ...] = (*NODE_FAULTS, *CONTROL_FAULTS)
