"""Sentences that several rules say. Each is written once, so that one state has one sentence wherever it is met."""

WAITING = "Waiting for the first answer."
NO_NODES = "There are no nodes."
SCALED_TO_ZERO = "It is scaled to zero."
#: Of what runs on a node whose kubelet does not report.
KUBELET_SILENT = "Its kubelet is silent, so its state is unknown."
#: What they have in common is said after it.
TOGETHER = "All nodes fell silent together."
