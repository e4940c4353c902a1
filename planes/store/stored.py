"""What a collector knows to be stored already, so that only what differs is written."""

from planes.structs.rows import Frame, InstanceRow, NodeRow


class Stored:
    """The rows that one collector stored of one cluster in one term. While its epoch holds nobody else writes them: what is here is
    what SQL has. Rows are kept as they are, not copied, so that it costs little more than two dictionaries.

    One thread at a time. After a write that failed, or may have, `forget`: then all is written anew.
    """

    def __init__(self) -> None:
        self._term: tuple[int, int] | None = None
        self.nodes: dict[str, NodeRow] = {}
        self.instances: dict[str, tuple[InstanceRow, ...]] = {}  # by kind of component

    def begin(self, cluster_id: int, epoch: int) -> None:
        """A write of this term begins; what is known of another is forgotten."""
        if self._term != (cluster_id, epoch):
            self.forget()
            self._term = (cluster_id, epoch)

    def forget(self) -> None:
        """Nothing is known."""
        self.nodes = {}
        self.instances = {}

    def took(self, frame: Frame) -> None:
        """This frame was committed: it, and what it removed."""
        for name in frame.gone_nodes:
            self.nodes.pop(name, None)
        for kind in frame.gone_components:
            self.instances.pop(kind, None)
        self.nodes.update(frame.nodes)
        self.instances.update({row.kind: row.instances for row in frame.components})
