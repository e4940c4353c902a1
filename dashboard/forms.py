"""Forms of the web edge."""

import threading
import time
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from dashboard import throttle

#: Passwords that are looked at, at once: each computes for a third of a second.
_HASHING = threading.BoundedSemaphore(2)
_PATIENCE = 10.0  # seconds


class SignInForm(AuthenticationForm):
    """Name and password, with a brake on guessing."""

    error_messages = {
        "invalid_login": "Wrong name or password. Both are case-sensitive.",
        "inactive": "This account is switched off.",
        "blocked": "Too many failed sign-ins from here. Wait 5 min, or print a link with: .venv/bin/python manage.py signin",
        "slowed": "Too many sign-ins are being tried at the moment. Try again in a few seconds.",
    }

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        account = self.cleaned_data.get("username", "")
        admission = throttle.admit(address, account)
        if admission.refused:
            code = "blocked" if admission.retry_after >= throttle.WINDOW else "slowed"
            raise ValidationError(self.error_messages[code], code=code)
        time.sleep(admission.delay)  # in this request's own thread
        if not _HASHING.acquire(timeout=_PATIENCE):
            raise ValidationError(self.error_messages["slowed"], code="slowed")
        try:
            cleaned = super().clean()
        finally:
            _HASHING.release()
        throttle.forgive(address, account)
        return cleaned
