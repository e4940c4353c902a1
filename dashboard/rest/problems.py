"""What ends a request of the API before it is answered."""

from collections.abc import Mapping


class RefusedError(Exception):
    """An HTTP status, and a sentence that says what is wrong and what to do."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}
