"""A brake on guessing passwords: failures are counted by address and account, and by address alone."""

import hashlib

from django.core.cache import cache

WINDOW = 5 * 60  # seconds
FAILURES = 10  # of one address for one account within the window
FAILURES_OF_ADDRESS = 50  # of one address for any account


def is_blocked(address: str, account: str) -> bool:
    """Whether this address must wait before it may try this account again."""
    one, any_account = _keys(address, account)
    counts = cache.get_many([one, any_account])
    return bool(counts.get(one, 0) >= FAILURES or counts.get(any_account, 0) >= FAILURES_OF_ADDRESS)


def failed(address: str, account: str) -> None:
    """Count a failure. The window begins with the first."""
    for key in _keys(address, account):
        if not cache.add(key, 1, WINDOW):
            try:
                cache.incr(key)
            except ValueError:  # it ended between the two
                cache.set(key, 1, WINDOW)


def forgive(address: str, account: str) -> None:
    """Forget the failures of this address for this account: it knew the password."""
    cache.delete(_keys(address, account)[0])


def _keys(address: str, account: str) -> tuple[str, str]:
    # Digests, because an account's name comes from outside and may hold anything.
    digest = hashlib.sha256(f"{address}\0{account.casefold()}".encode()).hexdigest()
    return f"signin:{digest}", f"signin:{hashlib.sha256(address.encode()).hexdigest()}"
