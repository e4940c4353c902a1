"""What can go wrong with a picture, each with a sentence for who asked."""


class CannotDrawError(Exception):
    """There is no picture; its text says why and what to do."""


class TooManyError(CannotDrawError):
    """More pictures are asked for than are drawn in time."""
