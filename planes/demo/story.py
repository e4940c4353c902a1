"""The gentle story that an idle demo tells: now and then something small breaks on a random node and mends again."""

import random

from planes.demo.cluster import Cluster
from planes.demo.faults import FaultError, Faults

FIRST = 60.0  # seconds of peace at the beginning
PAUSE = (60.0, 180.0)  # between the beginnings of two events
LASTS = (60.0, 240.0)
AT_ONCE = 3  # events that may overlap


class Story:
    def __init__(self, faults: Faults, cluster: Cluster) -> None:
        self._faults = faults
        self._cluster = cluster
        self._rng = random.Random(cluster.seed)
        now = cluster.clock.mono()
        self._next = now + FIRST + self._rng.uniform(5, 45)
        self._going: list[tuple[float, str, str]] = []  # until when, which fault, on what

    def step(self) -> None:
        now = self._cluster.clock.mono()
        for entry in [entry for entry in self._going if entry[0] <= now]:
            self._going.remove(entry)
            if entry[2] in self._faults.active.get(entry[1], []):
                self._faults.heal(entry[1], entry[2] if self._faults.find(entry[1]).subject == "node" else "")
        if now < self._next:
            return
        rng = self._rng
        self._next = now + rng.uniform(*PAUSE)
        if len(self._going) >= AT_ONCE or not self._cluster.troubles.writable:
            return
        gentle = [
            fault
            for fault in self._faults.catalogue
            if fault.gentle and (fault.subject == "node" or fault.name not in self._faults.active)
        ]
        fault = rng.choice(gentle)
        before = list(self._faults.active.get(fault.name, []))
        try:
            self._faults.inject(fault.name)
        except FaultError:
            return
        for subject in self._faults.active.get(fault.name, []):
            if subject not in before:
                self._going.append((now + rng.uniform(*LASTS), fault.name, subject))
