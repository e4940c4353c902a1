"""Settings: one flat file, from the environment only. docs/settings.md lists every variable (a test holds it to that)."""

import os
from pathlib import Path

from dashboard import env, services

BASE_DIR = Path(__file__).resolve().parent.parent

# Where SQLite's file, Valkey's file and socket, the secret key and the demo's kubeconfig live: mode 0700.
DATA_DIR = Path(
    env.text("PLANEWATCH_DATA_DIR") or Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "planewatch"
).absolute()

DEBUG = False
SECRET_KEY = env.secret("PLANEWATCH_SECRET_KEY") or services.secret_key(DATA_DIR)
ALLOWED_HOSTS = env.words("PLANEWATCH_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "dashboard",
    "planes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "dashboard.urls"
ASGI_APPLICATION = "dashboard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": services.database(env.secret("DATABASE_URL"), DATA_DIR)}
REDIS_URL = env.secret("REDIS_URL") or services.embedded_redis(DATA_DIR)

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# What `manage.py up` does where its options say nothing. Each option of it has its variable, for containers.
UP_KUBECONFIGS = env.words("PLANEWATCH_KUBECONFIG")
UP_CONTEXTS = env.words("PLANEWATCH_CONTEXT")
UP_ALL_CONTEXTS = env.flag("PLANEWATCH_ALL_CONTEXTS")
UP_BIND = env.text("PLANEWATCH_BIND", "127.0.0.1")
UP_PORT = int(env.number("PLANEWATCH_PORT", 0, low=0, high=65535))  # 0: 8765, or the next free one
UP_DEMO = env.flag("PLANEWATCH_DEMO")
UP_DEMO_NODES = int(env.number("PLANEWATCH_DEMO_NODES", 0, low=0, high=5000))  # 0: the demo's own default
UP_DEMO_PODS = int(env.number("PLANEWATCH_DEMO_PODS", 0, low=0, high=150_000))
# Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.
UP_TRUSTED_PROXIES = env.words("PLANEWATCH_TRUSTED_PROXIES")
# Makes the one-time sign-in link's path; named here because nothing in planes may import the dashboard.
UP_SIGN_IN_LINK = "dashboard.auth.one_time_link"
REDIS_IS_EMBEDDED = not env.secret("REDIS_URL")
