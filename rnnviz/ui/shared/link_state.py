"""The link of a view. Only this file reads and writes the address; link_parameters.py declares what is in it.

Streamlit forgets a widget's value while another page is open, and a change of page empties the address. A Parameter
therefore remembers its value for the session, restores it when its page is opened again, and puts it back into the
address. A link's own value comes first, and is read once per visit of a page.

Streamlit can also bind a widget to the address (`bind="query-params"`). Only the text box uses this: the browser then
rewrites the address at every letter, whereas each write from here adds a step to the browser's history (see
`one_step`).

The browser writes `step` and `unit` while the instrument plays, without telling the server. Here they are only read
(see position.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import streamlit as st

from ...errors import ArgumentError
from . import notices
from .markdown import series
from .session_keys import (
    JUST_OPENED,
    PAGE,
    REMEMBERED,
    REPORTED,
    RESTORED,
    TOKEN_VALUES,
    UNIT,
    UNREAD,
    WAITING,
)

BOUND = "text"  # the parameter that Streamlit writes, and nobody else may
BOUND_ALIAS = "read"  # the name under which another link carries it

T = TypeVar("T")


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """One parameter of the link, and the session value behind it.

    Parameters
    ----------
    name : str
        The parameter in the address.
    default : T
        The value where the link has none. It is never written into the link.
    parse : callable
        Reads the value from the link's text. Raises ValueError, with a sentence on what is allowed.
    scope : str, default ""
        What the value belongs to: a page ("memory"), or part of one ("train-recall"); everything, if empty.
    format : callable, default str
        Writes a value as the link's text.
    widget_key : str, default ""
        The key of the widget that holds the value; made of scope and name, if empty.
    alias : str, default ""
        Another name under which a link can carry the value. It is taken out of the address once it is read.
    """

    name: str
    default: T
    parse: Callable[[str], T]
    scope: str = ""
    format: Callable[[T], str] = str
    widget_key: str = ""
    alias: str = ""

    @property
    def key(self) -> str:
        """The key of the value in the session, and of its widget."""
        return self.widget_key or self._memory_key

    @property
    def value(self) -> T:
        """The session's value; the default before it is restored, and where a widget was emptied."""
        value = st.session_state.get(self.key)
        return self.default if value is None else cast(T, value)

    @property
    def text(self) -> str | None:
        """The text in the address, as far as the server knows it; None if there is none."""
        waiting: dict[str, str | None] = st.session_state.get(WAITING, {})
        text: str | None = waiting[self.name] if self.name in waiting else st.query_params.get(self.name)
        return text

    @property
    def restored(self) -> bool:
        """Whether this visit of the page has restored the value for this scope."""
        return self.key in st.session_state and st.session_state.get(RESTORED, {}).get(self.key) == self.scope

    def restore(self) -> str:
        """Set the session's value before its widget is drawn, once per visit; return the widget's key.

        The link's value comes first, then the remembered one, then the default.
        """
        if not self.restored:
            st.session_state[self.key] = self._from_link(self._from_memory())
            st.session_state.setdefault(RESTORED, {})[self.key] = self.scope
        return self.key

    def read(self) -> T:
        """The value in the address, or the default where it has none or an invalid one."""
        unread = st.session_state.get(UNREAD, set())
        text, new = self.text, self.name in unread
        unread.discard(self.name)
        return self.default if text is None else self._parsed(text, self.default, report=new)

    def save(self) -> T:
        """Remember the session's value and put it into the link; return it."""
        self.write(self.value)
        return self.value

    def write(self, value: T) -> None:
        """Remember a value and put it into the link, from which a default is taken out."""
        self.remember(value)
        if value == self.default:
            remove(self.name)
        else:
            _change({self.name: self.format(value)})

    def remember(self, value: T) -> None:
        """Remember a value for later visits, without putting it into the link."""
        st.session_state.setdefault(REMEMBERED, {})[self._memory_key] = value

    def remembered(self) -> T | None:
        """The remembered value; None if there is none."""
        value: T | None = st.session_state.get(REMEMBERED, {}).get(self._memory_key)
        return value

    def set(self, value: T) -> None:
        """Choose a value. Only before the widget is drawn, as in a callback."""
        st.session_state[self.key] = value
        st.session_state.setdefault(RESTORED, {})[self.key] = self.scope
        self.remember(value)

    def restart(self, value: T | None = None) -> None:
        """Let the next `restore` start from this value, or from the default."""
        memory = st.session_state.setdefault(REMEMBERED, {})
        memory.pop(self._memory_key, None)
        if value is not None:
            memory[self._memory_key] = value
        st.session_state.get(RESTORED, {}).pop(self.key, None)

    @property
    def _memory_key(self) -> str:
        return f"{self.scope}-{self.name}" if self.scope else self.name

    def _from_memory(self) -> T:
        """The remembered value if it is still valid, else the default."""
        value = self.remembered()
        return self.default if value is None else self._parsed(self.format(value), self.default, report=False)

    def _from_link(self, otherwise: T) -> T:
        """The value that came with the link, if this is its first use."""
        unread = st.session_state.get(UNREAD, set())
        for name in filter(None, (self.alias, self.name)):
            if name in unread:
                unread.discard(name)
                text = st.query_params.get(name)
                if name == self.alias:
                    remove(name)
                if text is not None:
                    return self._parsed(text, otherwise, report=True)
        return otherwise

    def _parsed(self, text: str, otherwise: T, *, report: bool) -> T:
        try:
            return self.parse(text)
        except ValueError as error:
            if report:
                shown = text if len(text) <= 40 else f"{text[:40]}…"
                notices.add(f"link-{self.name}", f"The link has an invalid value for “{self.name}”: “{shown}”. {error}")
            return otherwise


def begin_visit(page: str | None) -> None:
    """Note that a page runs: if it is another one than before, its link is read anew."""
    state = st.session_state
    if PAGE in state and state[PAGE] == page:
        return
    if PAGE in state:
        notices.clear()  # messages about the link of one page mean nothing on another
    state[PAGE], state[JUST_OPENED] = page, True
    state[UNREAD], state[RESTORED] = set(st.query_params), {}


def unread(name: str) -> str | None:
    """The text of a parameter that came with the link and was not read yet; None if there is none."""
    return st.query_params.get(name) if name in st.session_state.get(UNREAD, set()) else None


def pass_over(name: str) -> None:
    """Let a parameter stay in the link unread."""
    st.session_state.get(UNREAD, set()).discard(name)


def open_again(link: Mapping[str, str]) -> None:
    """Open the page anew, as if a link had just led there."""
    parameters = dict(link)
    if BOUND in parameters:
        parameters[BOUND_ALIAS] = parameters.pop(BOUND)
    st.query_params.from_dict(parameters)
    for key in (PAGE, UNIT, REPORTED):
        st.session_state.pop(key, None)
    notices.clear()
    st.rerun()


def start_over() -> None:
    """Forget the link and what was chosen, on all pages; for a callback. Models and results stay."""
    state = st.session_state
    for key in [*state.get(RESTORED, {}), REMEMBERED, RESTORED, UNREAD, UNIT, REPORTED, TOKEN_VALUES]:
        state.pop(key, None)
    remove(*(name for name in st.query_params if name != BOUND))
    notices.clear()


def just_opened() -> bool:
    """Whether the page was opened since this was last asked."""
    return bool(st.session_state.pop(JUST_OPENED, False))


def remove(*names: str) -> None:
    """Take parameters out of the link."""
    st.session_state.get(UNREAD, set()).difference_update(names)
    _change(dict.fromkeys(names))


@contextmanager
def one_step() -> Iterator[None]:
    """Write the changes of the link that are made inside at once, as one step of the browser's history."""
    if WAITING in st.session_state:
        yield
        return
    st.session_state[WAITING] = {}
    try:
        yield
    finally:
        _change(st.session_state.pop(WAITING))


def _change(texts: Mapping[str, str | None]) -> None:
    """Put texts into the link; None takes a parameter out."""
    if WAITING in st.session_state:
        st.session_state[WAITING].update(texts)
        return
    for name in [name for name, text in texts.items() if text is None and name in st.query_params]:
        del st.query_params[name]
    new = {name: text for name, text in texts.items() if text is not None and st.query_params.get(name) != text}
    if new:
        st.query_params.update(new)


def all_parameters() -> dict[str, str]:
    """All parameters in the address and their texts, as far as the server knows them."""
    return dict(st.query_params.to_dict())


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """A parser that accepts one of these names."""
    allowed = tuple(names)

    def parse(text: str) -> str:
        if text not in allowed:
            raise _not_allowed(text, allowed, f"Choose {series(allowed, 'or')}.")
        return text

    return parse


def some_of(names: Iterable[str]) -> Callable[[str], list[str]]:
    """A parser of names separated by commas, in the order in which they are listed here; none in an empty text."""
    allowed = tuple(names)

    def parse(text: str) -> list[str]:
        words = text.split(",") if text else []
        if not set(words) <= set(allowed):
            raise _not_allowed(text, allowed, f"Choose from {series(allowed)}, separated by commas.")
        return [name for name in allowed if name in words]

    return parse


def number(low: float, high: float, whole: bool = True, optional: bool = False) -> Callable[[str], Any]:
    """A parser of numbers from `low` to `high`. optional: an empty text is None."""

    def parse(text: str) -> float | int | None:
        if optional and not text:
            return None
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            span = f"{kind} from {low:,.10g} to {high:,.10g}" if low < high else f"{low:,.10g}, the only one"
            raise _not_allowed(text, (low, high), f"Choose {span}.")
        return value

    return parse


def number_text(value: float | int | None) -> str:
    """A number as it is in the link, the inverse of `number`."""
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _not_allowed(text: str, allowed: tuple[Any, ...], message: str) -> ArgumentError:
    return ArgumentError(message, code="not_allowed", value=text, allowed=allowed)
