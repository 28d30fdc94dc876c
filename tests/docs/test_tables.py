"""The data dictionary is the one of the code; `python tests/docs/test_tables.py` writes it anew."""

from pages import ROOT

from sim import tables

PAGE = ROOT / "docs" / "tables.md"
HEAD = """# Data dictionary · 数据字典

Every table the world writes, column by column, made from `sim/tables.toml`; do not edit this page by hand.
Times are seconds since midnight of `day`, durations are seconds, both to the millisecond.
`dataset build` writes the part that tells of the tables it wrote beside them, as `dictionary.csv`.

每张数据表的每一列，由 `sim/tables.toml` 生成，请勿手改。时刻是当天零点起的秒数，
时长以秒计，都精确到毫秒。`dataset build` 会把所写各表的这一部分另存为 `dictionary.csv`，放在数据旁边。
"""
COLUMNS = ("column", "dtype", "unit", "zh", "en", "allowed", "example")


def rendered() -> str:
    """Return the page as the code would have it."""
    parts = [HEAD]
    for name, table in tables.tables().items():
        parts.append(
            f"## {name}\n\n{table.title_zh} · {table.title_en}. Key: {', '.join(table.key) or 'none'}\n"
        )
        rows = [[row[column].replace("|", "\\|") for column in COLUMNS] for row in tables.dictionary(name)]
        head = ["column · 列", "type", "unit", "中文", "English", "allowed · 可取", "example · 例"]
        lines = [head, ["---"] * len(head), *([f"`{row[0]}`", *row[1:]] for row in rows)]
        parts.append("\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n")
    return "\n".join(parts)


def test_the_data_dictionary_is_the_one_of_the_code():
    assert PAGE.read_text(encoding="utf-8") == rendered()


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8", newline="\n")
