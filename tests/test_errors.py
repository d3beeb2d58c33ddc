"""The hierarchy of errors: built-in errors for those who expect them, fields for those who read them."""

import pickle

import pytest

from rnnviz import errors
from rnnviz.errors import RnnvizError

CLASSES = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, RnnvizError)]


def test_every_error_is_a_built_in_one_too():
    for error in CLASSES:
        assert error is RnnvizError or issubclass(error, (ValueError, TypeError, ImportError, RuntimeError)), error
    assert issubclass(errors.UnknownQuantityError, KeyError)


def test_fields_survive_pickling():
    for error in CLASSES:
        sent = error("A sentence.", code="key", **{name: name for name in error.field_names()})
        found = pickle.loads(pickle.dumps(sent))
        assert type(found) is error and str(found) == "A sentence." and found.code == "key"
        assert found.fields == sent.fields == {name: name for name in error.field_names()}


def test_an_error_with_another_message_keeps_its_fields():
    error = errors.LimitError("Too large.", code="too_large", file="a.npz", limit=10, actual=12).with_message(
        "a.npz: no."
    )
    assert (str(error), error.code, error.file, error.limit, error.actual) == (
        "a.npz: no.",
        "too_large",
        "a.npz",
        10,
        12,
    )


def test_a_field_that_the_class_does_not_declare_is_refused():
    with pytest.raises(TypeError, match="no field 'file'"):
        errors.ArrayError("A sentence.", file="a.npz")
