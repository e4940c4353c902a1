"""The judge a collector works with: a cache and its assessor, as one."""

from planes.assess import baseline
from planes.assess.assessor import Assessor
from planes.collect.store_thread import Remembered
from planes.components.pod_kinds import new_cache
from planes.structs.events import SourceEvent
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import Frame
from planes.structs.thresholds import DEFAULT, Thresholds


class CacheJudge:
    """See planes.collect.parts.Judge. `slug` names the cluster in what concerns all of it."""

    def __init__(self, slug: str, thresholds: Thresholds = DEFAULT) -> None:
        self._slug, self._thresholds = slug, thresholds
        self._cache = new_cache()
        self._assessor = Assessor(self._cache, thresholds=thresholds, slug=slug)

    def restore(self, remembered: Remembered) -> None:
        self._assessor = Assessor(
            self._cache, thresholds=self._thresholds, baseline=baseline.decode(remembered.baseline), slug=self._slug
        )
        head = remembered.head
        seen_at = Epoch(head.collected_at) if head is not None and head.collected_at is not None else None
        self._assessor.restore(remembered.components, remembered.nodes, head.row if head is not None else None, seen_at)

    def apply(self, event: SourceEvent) -> None:
        self._cache.apply(event)

    def paused(self, gap: float, now: Mono) -> None:
        self._assessor.paused(gap, now)

    def frame(self, now: Mono, wall: Epoch) -> Frame:
        return self._assessor.frame(now, wall)

    def heartbeats(self, now: Mono, wall: Epoch) -> dict[str, float]:
        return self._assessor.beats(now, wall)

    def baseline(self) -> bytes | None:
        if not self._assessor.baseline_changed:
            return None
        self._assessor.baseline_changed = False
        return baseline.encode(self._assessor.baseline)
