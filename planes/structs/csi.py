"""What a node's kubelet has registered of storage, as the few fields that Planewatch reads (planes/structs/objects.py)."""

import msgspec


class CSIAllocatable(msgspec.Struct, gc=False):
    count: int | None = None  # volumes; None: as many as one likes


class CSIDriver(msgspec.Struct):
    name: str = ""
    allocatable: CSIAllocatable | None = None


class CSINodeSpec(msgspec.Struct):
    drivers: list[CSIDriver] = []
