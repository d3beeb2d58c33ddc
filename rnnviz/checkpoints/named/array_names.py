"""Which array of a file is which parameter of a recurrent layer, by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 300  # letters of a name that is looked at; nobody's layer is called by more
# Linear layers of which people build a cell by hand, for the input and for the old state.
_READS, _RECALLS = ("i2h", "x2h", "w_ih", "w_xh", "w_x"), ("h2h", "w_hh", "w_h", "u_h")


def _each(layers: Iterable[str], *ends: str) -> tuple[str, ...]:
    return tuple(f"{layer}_{end}" for layer in layers for end in ends)


# By parameter: how it is called, the surest name first. PyTorch's own stands at the head; the others are those of
# frameworks and of code written by hand (W for what the input is multiplied by, U or R for the hidden state). For "_"
# any mark between two words can stand, or none.
CALLED = {
    "weight_ih": ("weight_ih", "w_ih", "w_xh", "w_x", *_each(_READS, "weight", "kernel"),
                  "kernel", "weight_i", "weight_x", "w"),
    "weight_hh": ("weight_hh", "w_hh", *_each(_RECALLS, "weight", "kernel"),
                  "recurrent_kernel", "w_h", "u_h", "weight_h", "u", "r"),
    "bias_ih": ("bias_ih", "b_ih", "b_xh", "b_x", *_each(_READS, "bias"), "bias", "bias_i", "b"),
    "bias_hh": ("bias_hh", "b_hh", *_each(_RECALLS, "bias"), "recurrent_bias", "bias_h", "b_h"),
    "weight_hr": ("weight_hr",),
}  # fmt: skip
# Words for what multiplies the old state that other things are called by as well.
WEAK = {"w_h", "u_h", "weight_h", "u", "r", "w_h_weight", "u_h_weight", "w_h_kernel", "u_h_kernel"}
_WORDS = {word.replace("_", ""): word for words in CALLED.values() for word in words}
_PLACES = {word: (parameter, place) for parameter, words in CALLED.items() for place, word in enumerate(words)}
_ANY = "|".join(word.replace("_", "[._/]?") for word in sorted(_PLACES, key=len, reverse=True))
_NAME = re.compile(
    rf"(?P<head>|.*?[^a-z0-9])(?P<word>{_ANY})"
    r"(?:_l(?P<layer>[0-9]{1,3}))?(?P<back>_reverse)?(?P<raw>_raw)?(?::0)?",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPERS = re.compile(r"^(?:(?:module|_orig_mod|model_state_dict|state_dict|model_state|model|net)\.)+", re.IGNORECASE)
_BACKWARD = re.compile(r"(?:^|(?<=[._/]))(?:backward|bwd|bw|reverse)(?:_|(?=$|[./]))", re.IGNORECASE)
_FORWARD = re.compile(r"(?:^|(?<=[._/]))(?:forward|fwd|fw)(?:_|(?=$|[./]))", re.IGNORECASE)
_NUMBER = re.compile(r"(?:^|(?<=[._/]))([0-9]{1,9})(?=$|[._/])|(?<=[a-z])_?([0-9]{1,9})(?=$|[._/])", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """An array's name, read.

    owner: what it belongs to, "encoder.rnn". parameter: "weight_ih". word: how the file calls it, as in CALLED.
    layer: 0 if it has no number. direction: "forward" or "backward". exact: whether the file calls it as PyTorch does,
    marks and all. rank: how sure the word is, the least the surest.
    """

    name: str
    owner: str
    parameter: str
    word: str
    layer: int
    direction: str
    exact: bool
    rank: int


def read(name: str) -> Named | None:
    """A name taken apart; None if it is not one of a recurrent layer's."""
    match = _NAME.fullmatch(name) if len(name) <= LONGEST else None
    if match is None:
        return None
    word = _WORDS[re.sub(r"[._/]", "", match["word"].lower())]
    parameter, place = _PLACES[word]
    owner, direction = owned(match["head"])
    direction = "backward" if match["back"] else direction
    # Dropout of weights keeps the trained ones as "raw", and beside them those that it last left.
    rank = -1 if match["raw"] else place
    return Named(
        name, owner, parameter, word, int(match["layer"] or 0), direction, match["word"].lower() == parameter, rank
    )


def owned(head: str) -> tuple[str, str]:
    """What stands before a parameter's name: the layer that it belongs to, and the direction that it reads."""
    bare = head.rstrip("._/ ")
    owner = _BACKWARD.sub("", _FORWARD.sub("", bare)).strip("._/").removesuffix(".module")
    return owner, "backward" if _BACKWARD.search(bare) else "forward"


def short(owners: Iterable[str]) -> dict[str, str]:
    """Owners' names for people: without the wrappers in front, except where two would be called the same."""
    bare = {owner: _WRAPPERS.sub("", owner + ".").strip(".") or owner or "the network" for owner in owners}
    count = Counter(bare.values())
    return {owner: name if count[name] == 1 else owner or "the network" for owner, name in bare.items()}


def numbered(owner: str) -> tuple[str, int] | None:
    """An owner with its last number taken out, and that number: ("rnns.*", 1); None if it has none."""
    matches = list(_NUMBER.finditer(owner))
    if not matches:
        return None
    last = matches[-1]
    group = 1 if last[1] is not None else 2
    return owner[: last.start(group)] + "*" + owner[last.end(group) :], int(last[group])
