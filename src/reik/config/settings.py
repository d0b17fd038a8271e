"""Django's settings. What differs per installation comes from its folder and the environment, never from here."""

import os
import secrets
from pathlib import Path

from reik.kernel.database import Role, connection_settings
from reik.kernel.home import Home

_HOME = Home.from_environment()
_WEB = Path(__file__).resolve().parents[1] / "web"

SECRET_KEY = _HOME.password("django") if _HOME.key_file.exists() else secrets.token_urlsafe(32)
DEBUG = False
ALLOWED_HOSTS = [
    each for each in os.environ.get("REIK_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if each
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "reik.kernel",
    "reik.people",
    "reik.tasks",
    "reik.pathway",
    "reik.medication",
    "reik.dispensing",
    "reik.alerting",
    "reik.value",
    "reik.ingest",
    "reik.interop.fhir.store",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reik.web.headers.StrictHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reik.web.frame.FrameMiddleware",
    # Last: it runs the view itself, in the actor's transaction.
    "reik.web.acting.ActingMiddleware",
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Cookies are marked secure per answer (StrictHeadersMiddleware): on loopback there may be no TLS.
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "reik.web.failures.csrf_failure"
ROOT_URLCONF = "reik.config.urls"
ASGI_APPLICATION = "reik.config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_WEB / "templates"],
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "reik.web.frame.frame"],
            "builtins": ["django.templatetags.i18n", "django.templatetags.l10n", "reik.web.parts"],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [_WEB / "static"]
# Served from the package itself: nothing is collected. Addresses carry a version, so browsers may keep them.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 365 * 24 * 3600

DATABASES = {"default": connection_settings(_HOME, Role(os.environ.get("REIK_ROLE", Role.WEB)))}
AUTH_USER_MODEL = "kernel.Account"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_RULES = "django.contrib.auth.password_validation."
# Long, not her own name, and none of the passwords that everybody takes; which signs are in it is her own affair.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _RULES + "MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": _RULES + "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "display_name"]},
    },
    {"NAME": _RULES + "CommonPasswordValidator"},
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [_WEB / "locale"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("REIK_LOG", "INFO")},
    "loggers": {
        "fido2": {"level": "WARNING"},  # it would tell each passkey
        "procrastinate": {"level": "WARNING"},  # it would tell each job's arguments
        "psycopg.pool": {"level": "ERROR"},  # a database that is away is said once, by who needs it
    },
}
