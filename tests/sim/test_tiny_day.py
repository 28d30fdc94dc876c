"""Back test: a small committed day comes out again, byte for byte, here and on a lesser processor."""

import os
import subprocess
import sys

import pytest
import tiny_day

OLD = "X86_V4 AVX512_ICL AVX512_SPR"  # what numpy may use on a new processor and must not need


@pytest.mark.parametrize("name", ["contacts", "draws", "calls"])
def test_the_day_comes_out_byte_for_byte(name):
    committed = (tiny_day.DATA / f"{name}.csv").read_bytes()
    assert tiny_day.text(tiny_day.stores()[name]).encode() == committed


@pytest.mark.parametrize("name", ["draws", "calls"])
def test_a_lesser_processor_gives_the_same_bytes(name):
    ran = subprocess.run(
        [sys.executable, tiny_day.__file__, name],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": OLD, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert ran.stdout.replace(b"\r\n", b"\n") == (tiny_day.DATA / f"{name}.csv").read_bytes()


def test_the_day_holds_every_outcome_of_a_phone_day():
    outcomes = set(tiny_day.stores()["calls"]["outcome"].tolist())
    assert outcomes == {"busy", "self_served", "left_menu", "balked", "abandoned", "answered"}
