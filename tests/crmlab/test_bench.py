"""`crmlab bench`: finds a measurement by name, hands its options on, and names the known ones otherwise."""

import pytest
import typer
from typer.testing import CliRunner

from crmlab.commands import bench
from crmlab.errors import LabError


@pytest.fixture
def folder(tmp_path):
    """Two measurements, of which one tells its options and ends with code 7, and a helper that is none."""
    echo = "import sys; open(sys.argv[1], 'w').write(' '.join(sys.argv[2:])); sys.exit(7)"
    (tmp_path / "echo.py").write_text(echo)
    (tmp_path / "still.py").write_text("")
    (tmp_path / "_shared.py").write_text("")
    return tmp_path


def test_a_name_finds_its_file(folder):
    assert bench.find("echo", folder=folder) == folder / "echo.py"


def test_an_unknown_name_is_refused_with_the_known_ones(folder):
    with pytest.raises(LabError) as refusal:
        bench.find("speed", folder=folder)
    assert "“speed”" in str(refusal.value) and "echo、still" in str(refusal.value)


def test_a_helper_is_not_a_measurement(folder):
    with pytest.raises(LabError):
        bench.find("_shared", folder=folder)


def test_an_empty_folder_says_where_measurements_are(tmp_path):
    with pytest.raises(LabError, match="完整的仓库"):
        bench.find("echo", folder=tmp_path)


def test_options_and_exit_code_pass_through(folder, monkeypatch):
    app = typer.Typer()
    app.callback()(lambda: None)  # a second door keeps `bench` a command of its own
    bench.add_to(app)
    monkeypatch.setattr(bench.find, "__kwdefaults__", {"folder": folder})
    told = folder / "told.txt"
    result = CliRunner().invoke(app, ["bench", "echo", str(told), "--calls", "10"])
    assert (result.exit_code, told.read_text()) == (7, "--calls 10")
