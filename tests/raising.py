"""What an error promises, checked by its class and fields rather than by its words."""

from contextlib import contextmanager

import pytest

from rnnviz.errors import RnnvizError


@contextmanager
def raises(error, **fields):
    """The block raises this class of error, with these fields; the message is one line and ends as a sentence does.

    raises(ArrayError, name="x", shape=(3, 4)); code is a field as well. Yields pytest's ExceptionInfo.
    """
    with pytest.raises(error) as caught:
        yield caught
    found = caught.value
    assert isinstance(found, RnnvizError), f"{found!r} is not one of rnnviz's own errors"
    assert {name: getattr(found, name) for name in fields} == fields
    assert found.message.strip() and "\n" not in found.message
