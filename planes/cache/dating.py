"""When something began: by the cluster's own date where that is older than our first sight of it.

What began while we looked is dated by our own clock, which is exact. What was so when we looked first (after a restart, after a
list that ends a gap) began earlier, and the cluster says when: creationTimestamp, lastTransitionTime, renewTime. Its clock is taken
for what we know of it, and nothing is called older than what was seen of it allows.
"""

from planes.structs.moments import Epoch, Mono

#: A date that lies so close before our sight of it is of what began while we looked: it holds whole seconds, and so does the header
#: by which we know the cluster's clock.
_NEAR = 2.0


def dated(sight: Mono, date: Epoch | None, offset: float | None, otherwise_at: Mono | None = None) -> Mono:
    """When it began. `sight`: when we first saw it; `date`: when it began by the cluster's clock; `offset`: that clock minus our
    monotonic one; `otherwise_at`: when we last saw it to be otherwise."""
    if date is None or offset is None:
        return sight
    began = Mono(date - offset)
    if otherwise_at is not None and began < otherwise_at:
        began = otherwise_at
    return began if sight - began > _NEAR else sight
