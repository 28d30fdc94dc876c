"""The world is light: a run of the centre loads numpy and simpy, and nothing else from outside."""

import subprocess
import sys

RUN = """
import sys
before = set(sys.modules)
import sim
from sim import callcenter, contacts, metrics, records, scenario, staffing, streams, tables, theory, tracing
model = scenario.load("retail_hotline")
day = contacts.arrivals(model, streams.Streams(1), 1)
metrics.board(callcenter.Centre(model).run(*day).calls)
theory.erlang_c(calls_per_hour=100, aht_seconds=200, agents=9)
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(names - set(sys.stdlib_module_names)))
"""


def test_a_run_loads_numpy_and_simpy_only():
    ran = subprocess.run([sys.executable, "-I", "-c", RUN], capture_output=True, text=True, check=True)
    inside_numpy = {"cython_runtime"}  # made in memory by numpy's compiled parts, as are names with _
    names = {name for name in ran.stdout.split() if not name.startswith("_")} - inside_numpy
    assert names == {"numpy", "sim", "simpy"}
