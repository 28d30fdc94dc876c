"""Back test: days with every option on come out again to the last digit, on both clocks and a lesser processor."""

import dataclasses
import os
import subprocess
import sys
import tomllib

import golden_centre
import numpy as np
import pytest
from test_tiny_day import OLD

from sim.callcenter.clock import Clock, StockClock
from sim.callcenter.options import Options

COMMITTED = tomllib.loads(golden_centre.FILE.read_text(encoding="utf-8"))


def test_every_option_is_on():
    options = golden_centre.scenario().options
    assert [f.name for f in dataclasses.fields(Options) if getattr(options, f.name) in (None, ())] == []


@pytest.mark.parametrize("clock", [Clock, StockClock])
def test_the_golden_days_come_out_again(clock):
    made = golden_centre.told(clock)
    assert set(made) == set(COMMITTED)
    for name, values in made.items():  # the sums first: they say more than a digest
        assert values == COMMITTED[name], name


@pytest.mark.slow
def test_a_lesser_processor_gives_the_same_days():
    ran = subprocess.run(
        [sys.executable, golden_centre.__file__],
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": OLD, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert tomllib.loads(ran.stdout) == COMMITTED


def test_in_the_golden_days_everything_happens():
    stores = golden_centre.stores()
    calls, legs, chats = stores["calls"], stores["legs"], stores["chats"]
    assert set(calls["kind"]) == {"first", "redial", "repeat"}
    assert set(calls["call_back"]) >= {"none", "reached", "unreached"}
    assert set(calls["special"]) == {"none", "silent", "harassment", "threat"}
    assert set(legs["kind"]) == {"agent", "transfer", "leader", "manager"}
    assert chats["silent"].any() and (chats["beside"] > 1).any()
    assert set(stores["messages"]["channel"]) == {"email", "form", "board"}
    assert set(stores["cases"]["severity"]) == {"simple", "ordinary", "complex"}
    assert set(stores["presence"]["state"]) == {"duty", "break"}
    assert np.isin(
        ["left_silently", "conference_asked", "raised", "closed", "auto_replied"], stores["trace"]["event"]
    ).all()
