"""The sandbox: each layer holds against what it forbids, and a missing one is refused, not passed over."""

import sys

import pytest

from grader import sandbox
from grader.children import ForkServer, Unprotected
from grader.sandbox import Limits, Rules, probe


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
