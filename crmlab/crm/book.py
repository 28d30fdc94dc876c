"""A CRM's file, made ready: its tables brought up to date, its demo users there; a foreign file is refused."""

import sqlite3
from contextlib import closing
from pathlib import Path

from crmlab.crm.place import Place
from crmlab.crm.settings import open_place
from crmlab.errors import LabError

MARK = 0x63726D31  # "crm1", SQLite's application id of our files


def prepare(place: Place) -> None:
    """Make the file of `place`, or bring it up to date, and make Django look at it.

    Raises LabError, and changes nothing, when the file is none of ours, is damaged, or cannot be written.
    """
    check(place.database)
    fresh = not place.database.exists() or place.database.stat().st_size == 0
    try:
        place.database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{place.database} 写不进去（{error.strerror}）；请换一个文件夹") from error
    open_place(place)
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        if fresh:
            _make_tables()
        else:
            call_command("migrate", verbosity=0, interactive=False)
        _make_users()
    except DatabaseError as error:
        raise LabError(
            f"{place.database} 写不进去（{error}）；请检查磁盘空间和文件权限，或换一个文件"
        ) from error


def check(path: Path) -> None:
    """Raise LabError when there is a file at `path` that is no whole CRM of ours; an absent one is right."""
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            mark = file.execute("PRAGMA application_id").fetchone()[0]
            own = file.execute(
                "SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"
            ).fetchone()[0]
            whole = file.execute("PRAGMA quick_check(1)").fetchone()[0] if mark == MARK else "ok"
    except sqlite3.DatabaseError as error:
        raise LabError(
            f"{path.name} 不是能读的 CRM 文件（{error}）；请换回备份，或把它改名后重新打开，系统会建一个新的"
        ) from error
    if mark != MARK or own:  # ours hold no program of their own
        raise LabError(f"{path.name} 不是本系统的 CRM 文件；请检查文件名，或把它移开后重新打开")
    if whole != "ok":
        raise LabError(f"{path.name} 已经损坏（{whole}）；请换回备份，或把它改名后重新打开")


def _make_tables() -> None:
    """Make all tables as they are today; the way through every migration would take ten times as long."""
    from django.apps import apps
    from django.db import connection, transaction
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    from crmlab.crm.search import MAKE

    with connection.constraint_checks_disabled(), transaction.atomic():
        with connection.schema_editor(atomic=False) as editor:
            for model in apps.get_models():
                editor.create_model(model)
            editor.execute(MAKE)
            editor.execute(f"PRAGMA application_id = {MARK}")  # with the tables, or not at all
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in MigrationLoader(connection).disk_migrations or {}:
            recorder.record_applied(app, name)


def _make_users() -> None:
    from django.contrib.auth import get_user_model

    from crmlab.crm.roles import roles

    users = get_user_model().objects
    for role in roles().values():
        users.get_or_create(
            username=role.key, defaults={"is_staff": True, "first_name": role.zh, "password": "!"}
        )
