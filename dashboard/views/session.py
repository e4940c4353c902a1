"""Signing in by password or by a one-time link, and signing out."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard import auth
from dashboard.forms import SignInForm

#: Where somebody wanted to go who was sent to sign in: for a link from the terminal, which knows nothing of it. Seconds it is kept.
WANTED, WANTED_TIME = "planewatch_wanted", 900


class SignIn(LoginView):
    """Name and password; the form brakes guessing."""

    template_name = "signin.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: str, **kwargs: object) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if wanted := self.get_redirect_url():
            response.set_signed_cookie(
                WANTED, wanted, max_age=WANTED_TIME, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
        return response


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
            return _on_the_way(request)
        return _page(request, is_open=False)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)  # it stays good for who is not
    return _page(request, is_open=auth.is_open(token))


def _on_the_way(request: HttpRequest) -> HttpResponseRedirect:
    """To the address that was asked for first, if this browser asked for one here a short while ago."""
    wanted = request.get_signed_cookie(WANTED, "", max_age=WANTED_TIME)
    good = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    response = redirect(wanted if wanted and good else settings.LOGIN_REDIRECT_URL)
    response.delete_cookie(WANTED, samesite="Lax")
    return response


def _page(request: HttpRequest, *, is_open: bool) -> HttpResponse:
    response = render(request, "signin_link.html", {"is_open": is_open}, status=200 if is_open else 410)
    # The address is a secret until it is used. Not "no-referrer": the form would then be sent with "Origin: null", and be refused.
    response["Referrer-Policy"] = "strict-origin"
    return response
