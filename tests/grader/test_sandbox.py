"""The sandbox: each layer holds against what it forbids, and a missing one is refused, not passed over."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from grader import sandbox
from grader.children import ForkServer, Unprotected
from grader.sandbox import Limits, Rules, probe

ROOT = Path(__file__).parents[2]


def test_every_layer_that_says_it_holds_was_tried() -> None:
    assert set(probe.held()) == set(sandbox.LAYERS)


def test_missing_layers_are_named_in_words_with_the_cure() -> None:
    assert sandbox.missing(["files", "calls"]) == ["namespaces", "plain_user", "limits"]
    refusal = Unprotected(["files"])
    assert "Landlock" in str(refusal) and "--unsafe" in str(refusal)


def test_rules_survive_their_plain_form() -> None:
    from dataclasses import asdict

    rules = Rules(("/a",), ("/b",), Limits(processes=3), 7)
    assert Rules.of(asdict(rules)) == rules


@pytest.mark.slow
def test_a_process_starts_only_where_all_layers_hold_unless_told() -> None:
    lost = sandbox.missing(layer for layer, held in probe.held().items() if held)
    with ForkServer(()) as server:
        work = server.scratch / "work"
        work.mkdir()
        options = {"folder": work, "environment": {}, "rules": Rules(writable=(str(work),))}
        if lost:
            with pytest.raises(Unprotected):
                server.spawn("student", **options)
        else:
            child = server.spawn("student", **options)
            answer = child.ask({"do": "run", "source": "1 + 1", "seconds": 5}, seconds=30)
            child.end()
            assert answer["outputs"][0]["data"]["text/plain"] == "2"
    assert sys.platform != "linux" or sandbox.WORDS.keys() == set(sandbox.LAYERS)


AS_PLAIN_USER = """
import os, sys, json
sys.path.insert(0, sys.argv[1])
from grader import sandbox
sandbox.warm_up()
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    from grader.sandbox import syscalls
    syscalls.prctl(syscalls.PR_SET_DUMPABLE, 1)  # what an exec as that user would have given
held = sandbox.leave_the_machine()
if os.fork() == 0:
    held += sandbox.confine(sandbox.Rules())
    told = {"held": sorted(held), "pid": os.getpid(), "user": os.geteuid()}
    try:
        open("/etc/passwd").close()
        told["read"] = True
    except OSError:
        pass
    os.write(1, json.dumps(told).encode())
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
def test_all_layers_hold_for_a_marker_started_by_a_plain_user() -> None:
    command = [sys.executable, "-c", AS_PLAIN_USER, str(ROOT)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert told["user"] != 0 and "read" not in told
    there = {layer for layer, held in probe.held().items() if held}
    assert set(told["held"]) == there
    if "namespaces" in there:
        assert told["pid"] == 1  # alone in its own world of processes


def test_the_calls_refused_are_known_for_every_machine_and_no_number_is_told_twice() -> None:
    refused = tomllib.loads((ROOT / "grader/sandbox/seccomp.toml").read_text(encoding="utf-8"))["refused"]
    for machine in (0, 1):
        numbers = [numbers[machine] for numbers in refused.values()]
        assert len(set(numbers)) == len(numbers) > 50
    new = {name: pair for name, pair in refused.items() if min(pair) >= 424}
    assert all(x86 == arm for x86, arm in new.values())  # one table for all machines since Linux 5.1
