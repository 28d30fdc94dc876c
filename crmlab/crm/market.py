"""Which market's tables a CRM may be filled with."""

from pathlib import Path

from crmlab.errors import LabError


def ready() -> list[str]:
    """Return the names of the markets that come with crmlab."""
    from crmlab.places import DATASETS

    return sorted(path.parents[1].name for path in DATASETS.glob("*/demo/customers.parquet"))


def find(name: str) -> Path:
    """Return the folder of a ready market, or `name` itself as a folder; LabError when there are no customers."""
    from crmlab.places import DATASETS

    folder = DATASETS / name / "demo" if name in ready() else Path(name)
    if not (folder / "customers.parquet").is_file():
        raise LabError(
            f"市场 {name!r} 里没有 customers.parquet；可用 {'、'.join(ready())}，或 crmlab dataset build 生成的文件夹"
        )
    return folder
