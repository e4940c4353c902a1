"""A Node object that was just read, as what its page shows of it and is not stored: addresses, annotations, images, all of it."""

import msgspec

from planes.structs.lookups import FoundLine, FoundPart
from planes.structs.timestamps import epoch

#: Annotations and images of a node that are shown. A kubelet reports 50 images, unless `nodeStatusMaxImages` says otherwise.
_MOST = 200


class _Fields(msgspec.Struct):
    """Of what one writer owns, what is in the spec: "f:unschedulable" is a key."""

    spec: dict[str, object] = msgspec.field(name="f:spec", default_factory=dict)


class _Writer(msgspec.Struct):
    """An entry of managedFields (kubernetes.io, "Server-Side Apply"). `time` is when it last wrote any of its fields."""

    manager: str = ""
    operation: str = ""
    time: str | None = None
    fieldsV1: _Fields = msgspec.field(default_factory=_Fields)


class _Meta(msgspec.Struct):
    annotations: dict[str, str] = {}
    managedFields: list[_Writer] = []


class _Spec(msgspec.Struct):
    unschedulable: bool = False


class _Address(msgspec.Struct):
    type: str = ""
    address: str = ""


class _Image(msgspec.Struct):
    names: list[str] | None = None
    sizeBytes: int = 0


class _Status(msgspec.Struct):
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    addresses: list[_Address] = []
    images: list[_Image] = []


class WholeNode(msgspec.Struct):
    """What is read of a Node once it is asked for by name."""

    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)


def parts(node: WholeNode) -> tuple[FoundPart, ...]:
    """Who cordoned it, where it is; its addresses, annotations and images, the largest first."""
    addresses = tuple(FoundLine(one.type, one.address) for one in node.status.addresses)
    notes = sorted(node.metadata.annotations.items())
    images = sorted(node.status.images, key=lambda one: -one.sizeBytes)
    return (
        *_cordon(node),
        FoundPart("addresses", "Addresses", addresses, none="It has told none.", brief=True),
        FoundPart(
            "annotations",
            "Annotations",
            tuple(FoundLine(key, value) for key, value in notes[:_MOST]),
            more=max(0, len(notes) - _MOST),
            none="It has none.",
            folded=True,
        ),
        FoundPart(
            "images",
            "Images",
            tuple(FoundLine(_name(one.names or []), _size(one.sizeBytes)) for one in images[:_MOST]),
            about="As its kubelet reports them, the largest 50 unless it is told otherwise.",
            more=max(0, len(images) - _MOST),
            none="Its kubelet reports none.",
            folded=True,
        ),
    )


def _cordon(node: WholeNode) -> tuple[FoundPart, ...]:
    if not node.spec.unschedulable:
        return ()
    writers = [one for one in node.metadata.managedFields if "f:unschedulable" in one.fieldsV1.spec]
    lines = tuple(
        line
        for one in writers
        for line in (
            FoundLine("by", f"{one.manager or 'a writer without a name'} ({one.operation or 'no operation told'})"),
            FoundLine("at the latest", at=epoch(one.time)),
        )
    )
    about = "Who wrote spec.unschedulable, by managedFields; the time is that of the writer's last change to any of its fields."
    return (FoundPart("cordon", "Cordoned", lines, about=about, none="Its managedFields do not say by whom.", brief=True),)


def _name(names: list[str]) -> str:
    """The name with a tag, which tells more than one with a digest."""
    return next((one for one in names if "@" not in one), names[0] if names else "without a name")


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
