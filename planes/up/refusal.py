"""What cannot be started is said in one sentence with its remedy, and by an exit code that scripts can tell apart."""

import errno
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `manage.py up`. README.md lists them."""

    STOPPED = 0  # as it was asked to
    FAILED = 1  # a part would not start
    USAGE = 2  # an option, a setting or a kubeconfig is wrong (argparse's own code)
    PLACE = 3  # the data directory, the disk or the port cannot be used
    SERVICE = 4  # the database or Redis cannot be reached
    RUNNING = 5  # another Planewatch runs on this data directory


class RefusalError(Exception):
    """Planewatch cannot start. `sentence` says what is wrong and `remedy` what to do; neither holds a secret."""

    def __init__(self, sentence: str, remedy: str, code: Exit) -> None:
        super().__init__(f"{sentence} {remedy}".strip())
        self.sentence = sentence
        self.remedy = remedy
        self.code = code


def of_os_error(error: OSError, path: object) -> RefusalError:
    """The refusal for a file or directory that could not be made, opened or written."""
    remedy = "Name another with --data-dir or PLANEWATCH_DATA_DIR, or correct its permissions."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RefusalError(
            f"{path} is on a disk that is full.", "Free some space, or name another place with --data-dir.", Exit.PLACE
        )
    if error.errno == errno.EROFS:
        return RefusalError(f"{path} is on a disk that is mounted read-only.", "Name another place with --data-dir.", Exit.PLACE)
    return RefusalError(f"{path} cannot be used: {error.strerror or error}.", remedy, Exit.PLACE)
