"""Whether a delta changes a cluster's card: most do not, for evidence is renewed all the time, and a wall should fetch its cards
only when it would see something new."""

import msgspec

from planes.live.wire import Encoded
from planes.structs.rows import ClusterRow


class _Update(msgspec.Struct):
    cluster: ClusterRow | None = None
    nodes: msgspec.Raw | None = None
    attention: msgspec.Raw | None = None


class _Gone(msgspec.Struct):
    nodes: msgspec.Raw | None = None


class _Delta(msgspec.Struct):
    u: _Update
    x: _Gone


# Decoding a whole delta of thousands of nodes would cost more than telling the wall.
_decoder = msgspec.json.Decoder(_Delta)


class CardChanges:
    """Remembers the last row of one cluster."""

    def __init__(self) -> None:
        self._row: ClusterRow | None = None

    def is_changed_by(self, delta: Encoded) -> bool:
        """Whether this delta changes what a card shows. What cannot be read counts as a change."""
        try:
            seen = _decoder.decode(delta)
        except msgspec.DecodeError:
            return True
        changed = seen.u.nodes is not None or seen.u.attention is not None or seen.x.nodes is not None
        if seen.u.cluster is not None:
            # Pulses say when the cluster was last heard; a card does not show the skew.
            row = msgspec.structs.replace(seen.u.cluster, heard_at=None, clock_skew=None)
            changed = changed or row != self._row
            self._row = row
        return changed
