"""A CRM of each test's own, looked at through Django's test client: the pages, without a socket."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from crm_forms import MAIL, PHONE, TOKEN

sys.path.append(str(Path(__file__).parents[1]))  # `browser`, which the desk's tests share


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh file, made once."""
    from crmlab.crm.book import prepare
    from crmlab.crm.place import Place

    path = tmp_path_factory.mktemp("crm") / "empty.sqlite3"
    prepare(Place(path, token=TOKEN))
    from django.test.utils import setup_test_environment

    setup_test_environment()  # pages then tell what they were made of
    return path


@pytest.fixture
def book(empty_book: Path, tmp_path: Path) -> Iterator[Path]:
    """A fresh CRM that Django looks at."""
    import shutil

    from crmlab.crm.place import Place
    from crmlab.crm.settings import open_place

    path = tmp_path / "crm.sqlite3"
    shutil.copyfile(empty_book, path)
    open_place(Place(path, token=TOKEN))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = OFF")  # a test need not outlive a power cut
    yield path
    connection.close()


@pytest.fixture
def seen_by(book: Path) -> Callable[[str], Any]:
    """A browser of a role."""
    from django.test import Client

    def browser(role: str) -> Any:
        from django.contrib.auth import get_user_model

        client = Client()
        client.force_login(get_user_model().objects.get(username=role))
        return client

    return browser


@pytest.fixture
def weili(book: Path) -> Any:
    """An account whose personal data everybody would like to see."""
    from crmlab.crm.models import Account

    account = Account(
        name="张伟丽", kind="consumer", phone=PHONE, e_mail=MAIL, address="幸福路8号", birth_year=1990,
        city="成都", notes="家里电话 028-85551234，下午在",
    )  # fmt: skip
    account.save()
    return account
