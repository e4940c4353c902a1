"""Signing in by password or by a one-time link, and signing out."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard import auth
from dashboard.forms import SignInForm


class SignIn(LoginView):
    """Name and password; the form brakes guessing."""

    template_name = "signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """By POST only."""

    template_name = "signed_out.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST (which a script does at once) uses the link up and signs in."""
    if request.method == "POST":
        user = auth.spend(token)
        if user is not None:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect(settings.LOGIN_REDIRECT_URL)
        return _page(request, is_open=False)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)  # it stays good for who is not
    return _page(request, is_open=auth.is_open(token))


def _page(request: HttpRequest, *, is_open: bool) -> HttpResponse:
    response = render(request, "signin_link.html", {"is_open": is_open}, status=200 if is_open else 410)
    # The address is a secret until it is used. Not "no-referrer": the form would then be sent with "Origin: null", and be refused.
    response["Referrer-Policy"] = "strict-origin"
    return response
