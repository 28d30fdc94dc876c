"""What every test shares: `tests/` on the path (for `tiny`), and the rule of CI that nothing is skipped."""

import os
from collections.abc import Generator
from typing import Any

import pytest

NO_SKIPS = os.environ.get("CRMLAB_NO_SKIPS") == "1"


def _as_failure(report: Any) -> Any:
    """Return the report; where no skip is allowed, a skipped test is a failed one and keeps its reason."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{why} - and no skip is allowed in this run"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    return _as_failure((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    return _as_failure((yield))
