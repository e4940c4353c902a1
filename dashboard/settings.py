"""Settings: one flat file, from the environment only. docs/settings.md lists every variable (a test holds it to that)."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages

from dashboard import assets, env, runbooks, services
from planes.structs import thresholds

BASE_DIR = Path(__file__).resolve().parent.parent

# Where SQLite's file, Valkey's file and socket, the secret key and the demo's kubeconfig live: mode 0700.
DATA_DIR = Path(
    env.text("PLANEWATCH_DATA_DIR") or Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "planewatch"
).absolute()

DEBUG = False
SECRET_KEY = env.secret("PLANEWATCH_SECRET_KEY") or services.secret_key(DATA_DIR)

# --- who may ask: names in the Host header, HTTPS ------------------------------------------------------------------------------

ALLOWED_HOSTS = env.words("PLANEWATCH_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
# Other origins (https://name) whose pages may send forms and open sockets; the page's own is always allowed.
CSRF_TRUSTED_ORIGINS = env.words("PLANEWATCH_TRUSTED_ORIGINS")
# People reach it over HTTPS: cookies are then sent over nothing else.
HTTPS = env.flag("PLANEWATCH_HTTPS")

# --- parts ---------------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboard",  # first: its commands go before those of django.contrib.auth
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "planes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.assets.StaticFiles",
    "dashboard.middleware.PrivateByDefaultMiddleware",
    "dashboard.middleware.DatabaseUnavailableMiddleware",
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
MESSAGE_LEVEL = messages.INFO
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- storage -------------------------------------------------------------------------------------------------------------------

DATABASES = services.databases(env.secret("DATABASE_URL"), DATA_DIR)
DATABASE_ROUTERS = ["dashboard.routing.Accounts"]
REDIS_URL = services.redis_url(env.secret("REDIS_URL"), DATA_DIR)
# Counts sign-ins while Valkey is away, a process each. Nothing that must be right is cached here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "planewatch",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- what states rest on: docs/signals.md lists every bound -----------------------------------------------------------------------

BOUNDS = services.bounds(
    env.family("PLANEWATCH_BOUND_", {one.name: (one.low, one.high) for one in thresholds.declared()}, thresholds.RETIRED)
)

# --- signing in ----------------------------------------------------------------------------------------------------------------

LOGIN_URL = "signin"
LOGIN_REDIRECT_URL = "clusters"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# A browser accepts a __Host- cookie only with Secure, for this very host and all of its paths.
SESSION_COOKIE_NAME = "__Host-planewatch_session" if HTTPS else "planewatch_session"
SESSION_COOKIE_AGE = int(env.number("PLANEWATCH_SESSION_DAYS", 14, low=0.01, high=366) * 86_400)  # seconds
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-planewatch_csrf" if HTTPS else "planewatch_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = HTTPS
# Of the sessions of displays: a cookie each, whose name goes on with the display's prefix (dashboard/showing.py); and of a screen
# that waits to be paired.
DISPLAY_COOKIE = "__Host-planewatch_display" if HTTPS else "planewatch_display"
PAIRING_COOKIE = "__Host-planewatch_pairing" if HTTPS else "planewatch_pairing"
CSRF_FAILURE_VIEW = "dashboard.views.errors.csrf_failure"

# How often one token may ask the API, a minute: each web process counts for itself.
API_REQUESTS_PER_MINUTE = int(env.number("PLANEWATCH_API_REQUESTS_PER_MINUTE", 300, low=1, high=100_000))

# --- who is told of dark displays: docs/displays.md -------------------------------------------------------------------------------

WALLS_WEBHOOK = services.webhook("PLANEWATCH_WALLS_WEBHOOK", env.secret("PLANEWATCH_WALLS_WEBHOOK"))
WALLS_WEBHOOK_KEY = env.secret("PLANEWATCH_WALLS_WEBHOOK_KEY")

# --- what a page may do: nothing that is not its own ----------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],  # the sockets too: of the same host
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 366 * 86_400 if HTTPS else 0  # of this name alone: what else runs below it is not ours to say
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # bytes; our forms are small
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000  # some name each of hundreds of clusters

# --- static files: dashboard/assets.py -------------------------------------------------------------------------------------------

STATIC_VERSION = assets.version(BASE_DIR / "static", BASE_DIR / "package-lock.json")
STATIC_URL = f"/static/{STATIC_VERSION}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder", "dashboard.finders.NpmFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = "^/static/"  # every address holds the version

# --- what pages link to ----------------------------------------------------------------------------------------------------------

RUNBOOKS = runbooks.read(env.words("PLANEWATCH_RUNBOOKS"))

# --- workers ---------------------------------------------------------------------------------------------------------------------

# Clusters whose API servers are each asked at their own address: as their pages call them, or "*".
DIAL_APISERVERS = env.words("PLANEWATCH_DIAL_APISERVERS")
# So many clusters one watch worker collects. It says so of what it has no room for, and leaves it to others.
CLUSTERS_PER_WORKER = int(env.number("PLANEWATCH_CLUSTERS_PER_WORKER", 60, low=1, high=1000))
# `manage.py up` with a Valkey of its own looks after what it has declared itself, and after no other's on the same database.
DECLARED_BY = env.words("PLANEWATCH_DECLARED_BY")

# --- memory: docs/history.md ---------------------------------------------------------------------------------------------------

HISTORY_DAYS = env.number("PLANEWATCH_HISTORY_DAYS", 90, low=1, high=3660)  # of changes, and of what was watched
HISTORY_BYTES = env.number("PLANEWATCH_HISTORY_GB", 2, low=0.01, high=100_000) * 1e9  # what the database may hold
# Seconds for which figures are kept, in buckets of 10 s, 1 min and 10 min.
SAMPLES_KEPT = (
    env.number("PLANEWATCH_SAMPLES_10S_HOURS", 2, low=1, high=48) * 3_600,
    env.number("PLANEWATCH_SAMPLES_1MIN_DAYS", 2, low=1, high=30) * 86_400,
    env.number("PLANEWATCH_SAMPLES_10MIN_DAYS", 30, low=1, high=400) * 86_400,
)

# --- words and times -------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- logs: one line a record on standard error, secrets hidden -------------------------------------------------------------------

LOG_LEVEL = env.choice("PLANEWATCH_LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "dashboard.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "dashboard": {"level": LOG_LEVEL},
        "planes": {"level": LOG_LEVEL},
        # Django's own handlers write to a console in DEBUG only and mail to administrators that we do not have.
        "django": {"level": "INFO", "handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # a 404 is an answer, not an event
        "uvicorn": {"level": "INFO", "handlers": [], "propagate": True},
        "uvicorn.error": {"level": "WARNING"},  # it logs every socket that opens
        "uvicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
    },
}

# --- manage.py up ---------------------------------------------------------------------------------------------------------------

# What `manage.py up` does where its options say nothing. Each option of it has its variable, for containers.
UP_KUBECONFIGS = env.words("PLANEWATCH_KUBECONFIG")
# Looked at every few seconds by the worker for short jobs (planes/up/directory.py). Option --kubeconfig-dir.
KUBECONFIG_DIRS = env.words("PLANEWATCH_KUBECONFIG_DIRS")
# Hubs whose ClusterProfiles are watched, CONTEXT[/NAMESPACE] each (planes/up/hubs.py). Option --cluster-profiles.
CLUSTER_PROFILES = env.words("PLANEWATCH_CLUSTER_PROFILES")
# Which commands give credentials for them (planes/kube/providers.py). Option --clusterprofile-provider-file.
CLUSTERPROFILE_PROVIDER_FILE = env.text("PLANEWATCH_CLUSTERPROFILE_PROVIDER_FILE")
UP_CONTEXTS = env.words("PLANEWATCH_CONTEXT")
UP_ALL_CONTEXTS = env.flag("PLANEWATCH_ALL_CONTEXTS")
UP_BIND = env.text("PLANEWATCH_BIND", "127.0.0.1")
UP_PORT = env.port("PLANEWATCH_PORT")  # 0: 8765, or the next free one
# Where people open it, if that is not what it listens on: behind a reverse proxy. Sign-in links begin with it.
UP_URL = services.public_url(env.text("PLANEWATCH_URL"), ALLOWED_HOSTS, https=HTTPS)
UP_DEMO = env.flag("PLANEWATCH_DEMO")
UP_DEMO_CLUSTERS = int(env.number("PLANEWATCH_DEMO_CLUSTERS", 1, low=1, high=60))
UP_DEMO_NODES = int(env.number("PLANEWATCH_DEMO_NODES", 0, low=0, high=5000))  # 0: the demo's own default
UP_DEMO_PODS = int(env.number("PLANEWATCH_DEMO_PODS", 0, low=0, high=150_000))
UP_DEMO_STORY = env.flag("PLANEWATCH_DEMO_STORY", True)
# Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; none by default.
UP_TRUSTED_PROXIES = env.words("PLANEWATCH_TRUSTED_PROXIES")
# Makes the one-time sign-in link's path; named here because nothing in planes may import the dashboard.
UP_SIGN_IN_LINK = "dashboard.auth.one_time_link"
REDIS_IS_EMBEDDED = not env.secret("REDIS_URL")
