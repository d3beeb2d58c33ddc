"""Everything public is documented in numpydoc's form, and its examples run."""

from importlib import import_module

import pytest

from . import docstrings

# Modules beside the packages whose names are public too.
MODULES = ("rnnviz.colours", "rnnviz.errors", "rnnviz.model", "rnnviz.number_format", "rnnviz.trace")


@pytest.mark.parametrize("name", [*docstrings.packages(), *MODULES])
def test_public_names_are_documented(name):
    assert not docstrings.check(name)


def test_every_package_lists_its_public_names():
    for name in docstrings.packages():
        module = import_module(name)
        unlisted = [at for at, _ in docstrings.public(module)] if not hasattr(module, "__all__") else []
        assert not unlisted, name


class Documented:
    """A size that grows.

    Parameters
    ----------
    size : int
        Where it begins.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def grown(self, by: int, *steps: int) -> int:
        """Return a larger size.

        Parameters
        ----------
        by : int
            How much larger, 0 or more.
        *steps
            What is added beside.

        Returns
        -------
        int
            The new size.

        Raises
        ------
        ValueError
            If the size would shrink.

        Examples
        --------
        >>> Documented(1).grown(2)
        3
        """
        if by < 0:
            raise ValueError("a size only grows")
        return self.size + by + sum(steps)

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


class Undocumented:
    """a size that grows"""

    def __init__(self, size: int, name: str) -> None:
        self.size, self.name = size, name

    def grown(self, by: int, *, twice: bool) -> int:
        """Return a larger size.

        Parameters
        ----------
        twice : bool
            Whether it grows twice.
        by
            How much larger.
        other : int
            Nothing.

        Examples
        --------
        >>> 1 + 1
        3
        """
        if by < 0:
            raise ValueError("a size only grows")
        return self.size + by * (1 + twice)

    @property
    def double(self) -> int:
        return 2 * self.size


@pytest.mark.parametrize("thing", [Documented, Documented.grown, Documented.double])
def test_nothing_is_wrong_with_what_is_documented(thing):
    assert docstrings.problems(thing) == []


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (Undocumented, ["summary is not one line", "small letter", "size is not documented", "name is not documented"]),
        (
            Undocumented.grown,
            ["by is documented without", "no parameter other", "order", "not document what it returns", "ValueError",
             "examples fail"],
        ),
        (Undocumented.double, ["no docstring"]),
    ],
)  # fmt: skip
def test_every_gap_is_named(thing, expected):
    found = docstrings.problems(thing)
    assert len(found) == len(expected)
    assert all(part in problem for part, problem in zip(expected, found, strict=True)), found
