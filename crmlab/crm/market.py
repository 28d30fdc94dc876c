"""Which market's tables a CRM may be filled with."""

from pathlib import Path

from crmlab.errors import LabError

READY = "retail"


def find(name: str) -> Path:
    """Return the folder of a ready market, or `name` itself as a folder; LabError when there are no customers."""
    from crmlab.places import DATASETS

    folder = DATASETS / name / "demo" if name.isidentifier() else Path(name)
    if not (folder / "customers.parquet").is_file():
        raise LabError(
            f"市场 {name!r} 里没有 customers.parquet；可用 {READY}，或 crmlab dataset build 生成的文件夹"
        )
    return folder
