"""A Node object that was just read, as what its page shows of it and is not stored: addresses, annotations, images, all of it."""

import msgspec

from planes.structs.lookups import FoundLine, FoundPart

#: Annotations and images of a node that are shown. A kubelet reports 50 images, unless `nodeStatusMaxImages` says otherwise.
_MOST = 200


class _Meta(msgspec.Struct):
    annotations: dict[str, str] = {}


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
    status: _Status = msgspec.field(default_factory=_Status)


def parts(node: WholeNode) -> tuple[FoundPart, ...]:
    """Its addresses, annotations and images, the largest first."""
    addresses = tuple(FoundLine(one.type, one.address) for one in node.status.addresses)
    notes = sorted(node.metadata.annotations.items())
    images = sorted(node.status.images, key=lambda one: -one.sizeBytes)
    return (
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


def _name(names: list[str]) -> str:
    """The name with a tag, which tells more than one with a digest."""
    return next((one for one in names if "@" not in one), names[0] if names else "without a name")


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
