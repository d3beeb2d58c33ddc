"""Which array of a file is which parameter of a recurrent layer, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# By parameter: how it is called. PyTorch's own name stands first; the others are those of frameworks and of code
# written by hand (W for what the input is multiplied by, U or R for the hidden state).
CALLED = {
    "weight_ih": ("weight_ih", "w_ih", "wih", "w_xh", "w_x", "i2h_weight", "kernel", "w", "weight_i"),
    "weight_hh": ("weight_hh", "w_hh", "whh", "w_h", "u_h", "h2h_weight", "recurrent_kernel", "u", "r", "weight_h"),
    "bias_ih": ("bias_ih", "b_ih", "bih", "b_xh", "i2h_bias", "bias", "b", "bias_i"),
    "bias_hh": ("bias_hh", "b_hh", "bhh", "h2h_bias", "recurrent_bias", "bias_h", "b_h"),
    "weight_hr": ("weight_hr",),
}
_PARAMETERS = {word: parameter for parameter, words in CALLED.items() for word in words}
_NAME = re.compile(
    rf"(?P<head>|.*[^a-z0-9])(?P<word>{'|'.join(sorted(_PARAMETERS, key=len, reverse=True))})"
    r"(?:_raw)?(?:_l(?P<layer>\d+))?(?P<back>_reverse)?(?::0)?",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPERS = re.compile(r"^(?:(?:module|_orig_mod|model_state_dict|state_dict|model_state|model|net)\.)+", re.IGNORECASE)
_BACKWARD = re.compile(r"(?:^|[._/])(?:backward|bwd|bw|reverse)(?:_\w+)?(?=$|[._/])", re.IGNORECASE)
_FORWARD = re.compile(r"(?:^|[._/])(?:forward|fwd|fw)(?:_\w+)?(?=$|[._/])", re.IGNORECASE)
_NUMBER = re.compile(r"(?:^|(?<=[._/]))(\d+)(?=$|[._/])|(?<=[a-z])_?(\d+)(?=$|[._/])", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """An array's name, read.

    owner: what it belongs to, "encoder.rnn". parameter: "weight_ih". word: how the file calls it, in small letters.
    layer: 0 if it has no number. direction: "forward" or "backward".
    """

    name: str
    owner: str
    parameter: str
    word: str
    layer: int
    direction: str

    @property
    def pytorch(self) -> bool:
        """Whether it is called as PyTorch calls it."""
        return self.word == self.parameter


def read(name: str) -> Named | None:
    """A name taken apart; None if it is not one of a recurrent layer's."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    word = match["word"].lower()
    head = match["head"].rstrip("._/ ")
    direction = "backward" if match["back"] or _BACKWARD.search(head) else "forward"
    owner = _BACKWARD.sub("", _FORWARD.sub("", head)).strip("._/")
    return Named(name, owner, _PARAMETERS[word], word, int(match["layer"] or 0), direction)


def short(owner: str, taken: Iterable[str] = ()) -> str:
    """A stack's name for people: without the wrappers in front; in full if that is taken."""
    found = _WRAPPERS.sub("", owner + ".").strip(".")
    return found if found and found not in taken else owner or "the network"


def numbered(owner: str) -> tuple[str, int] | None:
    """An owner with its last number taken out, and that number: ("rnns.*", 1); None if it has none."""
    matches = list(_NUMBER.finditer(owner))
    if not matches:
        return None
    last = matches[-1]
    group = 1 if last[1] is not None else 2
    return owner[: last.start(group)] + "*" + owner[last.end(group) :], int(last[group])
