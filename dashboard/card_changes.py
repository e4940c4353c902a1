"""Whether a delta changes a cluster's card: most do not, for evidence is renewed all the time, and a wall should fetch its cards
only when it would see something new."""

import msgspec

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


_decoder = msgspec.json.Decoder(_Delta)


class Glance:
    """Remembers the last row of one cluster."""

    def __init__(self) -> None:
        self._row: ClusterRow | None = None

    def is_news(self, delta: bytes) -> bool:
        """Whether this delta (as it goes out) changes what a card shows. What cannot be read counts as news."""
        try:
            seen = _decoder.decode(delta)
        except msgspec.DecodeError:
            return True
        news = seen.u.nodes is not None or seen.u.attention is not None or seen.x.nodes is not None
        if seen.u.cluster is not None:
            # Pulses say when the cluster was last heard; a card does not show the skew.
            row = msgspec.structs.replace(seen.u.cluster, heard_at=None, clock_skew=None)
            news = news or row != self._row
            self._row = row
        return news
