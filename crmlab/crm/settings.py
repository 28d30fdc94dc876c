"""Django's settings, made from a place; nothing of them lies on disk."""

import hashlib
from typing import Any

from crmlab.crm.place import Place

LANGUAGES = {"zh": "zh-hans", "en": "en"}


def open_place(place: Place) -> None:
    """Make Django look at `place`; in a process that looked at another one before, turn to this one.

    A process looks at one file at a time. No table is made or changed here: see `book.prepare`.
    """
    from django.conf import settings

    if not settings.configured:
        import django

        settings.configure(**made(place))
        django.setup()
        return
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection
    from django.urls import clear_url_caches, set_script_prefix
    from django.utils import translation

    from crmlab.crm import urls

    moved = settings.CRM_PLACE.base != place.base
    connection.close()
    ContentType.objects.clear_cache()  # another file numbers its tables in another order
    connection.settings_dict["NAME"] = str(place.database)
    for name, value in made(place).items():
        if name in ("CRM_PLACE", "LANGUAGE_CODE", "SECRET_KEY", "ALLOWED_HOSTS") or "_COOKIE_" in name:
            setattr(settings, name, value)
    if moved:
        urls.urlpatterns[:] = urls.patterns()
        clear_url_caches()
    set_script_prefix("/")
    translation.activate(settings.LANGUAGE_CODE)


def made(place: Place) -> dict[str, Any]:
    """Return the settings of a place, by Django's names."""
    mark = hashlib.sha256(f"{place.base}{place.database}".encode()).hexdigest()[:10]
    return {
        "CRM_PLACE": place,
        "SECRET_KEY": hashlib.sha256(f"pages {place.token}".encode()).hexdigest(),
        "DEBUG": False,
        "ALLOWED_HOSTS": ["*"] if place.proxied else ["127.0.0.1", "localhost", "testserver"],
        "ROOT_URLCONF": "crmlab.crm.urls",
        "STATIC_URL": f"{place.base}static/",
        "LANGUAGE_CODE": LANGUAGES[place.lang],
        "TIME_ZONE": "Asia/Shanghai",
        "USE_TZ": True,
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        **_parts(),
        **_cookies(place, mark),
        # the notebook's "open the CRM" finds the tab that is open by its name; this header would hide it
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": None,
        "DATABASES": {"default": _database(place)},
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": True,  # read from the packages as they are: nothing is collected on disk
        "SIMPLE_HISTORY_REVERT_DISABLED": False,
        "IMPORT_EXPORT_EXPORT_PERMISSION_CODE": "export",
        "IMPORT_EXPORT_IMPORT_PERMISSION_CODE": "import",
        # what is uploaded stays in memory between preview and import, and leaves nothing on the disk
        "IMPORT_EXPORT_TMP_STORAGE_CLASS": "import_export.tmp_storages.CacheStorage",
        "IMPORT_EXPORT_USE_TRANSACTIONS": True,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 5000,
        "LOGGING": _LOGGING,
    }


def _parts() -> dict[str, Any]:
    return {
        "INSTALLED_APPS": [
            "crmlab.crm.apps.CrmConfig",  # first, so that our pages stand before those of the packages
            "django.contrib.admin.apps.SimpleAdminConfig",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "django.contrib.staticfiles",
            "import_export",
            "simple_history",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "crmlab.crm.door.Door",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "simple_history.middleware.HistoryRequestMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    }


def _database(place: Place) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(place.database),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",  # two people who save at once wait for one another
            # one file and nothing beside it, which can be handed in; what is erased is overwritten
            "init_command": "PRAGMA journal_mode=DELETE; PRAGMA secure_delete=ON;",
        },
    }


def _cookies(place: Place, mark: str) -> dict[str, Any]:
    """Return cookies of its own for every place: several students on one machine must not disturb another."""
    return {
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",  # nothing of it in the file
        "SESSION_COOKIE_NAME": f"crm_{mark}",
        "SESSION_COOKIE_PATH": place.base,
        "SESSION_COOKIE_SAMESITE": "Strict" if not place.proxied else "Lax",
        "CSRF_COOKIE_NAME": f"crm_form_{mark}",
        "CSRF_COOKIE_PATH": place.base,
        "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
        "X_FRAME_OPTIONS": "SAMEORIGIN",
        "AUTHENTICATION_BACKENDS": ["crmlab.crm.permissions.RoleBackend"],
    }


_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "loggers": {
        "django": {"handlers": ["errors"], "level": "ERROR", "propagate": False},
        "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.request": {"handlers": ["errors"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}
