"""Forms of the web edge."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from dashboard import throttle


class SignInForm(AuthenticationForm):
    """Name and password, with a brake on guessing."""

    error_messages = {
        "invalid_login": "This name and password do not belong together. Both are case-sensitive.",
        "inactive": "This account is switched off.",
        "blocked": "Too many failed sign-ins from here. Wait 5 minutes, or print a link with: python manage.py signin",
    }

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        account = self.cleaned_data.get("username", "")
        if throttle.is_blocked(address, account):
            raise ValidationError(self.error_messages["blocked"], code="blocked")
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.failed(address, account)
            raise
        throttle.forgive(address, account)
        return cleaned
