"""Moments: seconds on our own monotonic clock, and epoch seconds. They are never compared with each other.

At run time both are floats. What a checker knows of their arithmetic stands in moments.pyi: two moments of one clock are seconds
apart, a moment and some seconds are a moment of the same clock, and one of the one minus one of the other is a mistake. From one
clock to the other leads an offset (wall clock minus monotonic clock), and whoever takes it says so: `Epoch(at + offset)`.
"""

from typing import NewType

#: Seconds on our own monotonic clock. A cluster's timestamps are never compared with it.
Mono = NewType("Mono", float)
#: Before anything was seen.
NEVER = Mono(0.0)
#: Epoch seconds, of our wall clock unless a docstring says that they are the cluster's.
Epoch = NewType("Epoch", float)
