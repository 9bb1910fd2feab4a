import json
import logging

import pytest

from agglo.contract import card as cards
from agglo.contract.context import Context
from agglo.contract.errors import InvalidInput
from agglo.contract.inputs import Inputs
from agglo.models.echo import EchoParameters, echo


def answer(tmp_path, said=None, **given):
    context = Context(tmp_path, 0, logging.getLogger("echo"), said or (lambda *_said: None))
    outcome = echo(Inputs({}), parameters=EchoParameters(**given), context=context)
    return json.loads(outcome.files["echo"].read_text(encoding="utf-8"))


def test_it_gives_back_what_it_is_given(tmp_path) -> None:
    given = {"text": "é<b>", "number": -2.5, "whole": 7, "flag": False, "choice": "red", "values": [], "remark": "x"}
    given |= {"table": {"é": 2.0}, "box": [0.0, 1.0, 2.0, 3.0]}
    assert answer(tmp_path, **given) == {**given, "pause": 0.0}


def test_without_parameters_it_gives_back_the_defaults(tmp_path) -> None:
    assert answer(tmp_path) == echo.parameters.resolve({})


def test_it_says_how_far_its_pause_is(tmp_path) -> None:
    said = []
    answer(tmp_path, lambda fraction, text: said.append((fraction, text)), pause=0.25)
    assert len(said) >= 3
    assert said == sorted(said)
    assert {text for _fraction, text in said} == {"waiting"}
    assert said[-1][0] < 1


def test_one_parameter_of_each_kind() -> None:
    kinds = {one.get("type") for one in echo.parameters.json_schema["properties"].values()}
    assert kinds == {"string", "number", "integer", "boolean", "array", "object", None}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("box", "[1, 2, 3]", "at least 4"),
        ("choice", "purple", "expected"),
        ("pause", "601", "at most 600"),
        ("whole", "1.5", "a whole number"),
        ("flag", "perhaps", "true or false"),
        ("values", '{"a": 1}', "a list"),
        ("table", "[1]", "values by name"),
    ],
)
def test_it_refuses_what_is_not_of_its_kind(name, value, said) -> None:
    with pytest.raises(InvalidInput, match=f"(?s){name}.*{said}"):
        echo.parameters.resolve({name: value})


def test_its_maker_declares_everything() -> None:
    assert [name for name in cards.of(echo).missing() if name.startswith("maker.")] == []
