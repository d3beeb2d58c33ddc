"""Which array of a file is which parameter of a recurrent layer, by its name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 300  # letters of a name that is parsed; no layer has a longer one
# Linear layers of which people build a cell by hand, for the input and for the hidden state.
_INPUT_LAYERS = (
    "i2h", "x2h", "w_ih", "w_xh", "w_x", "linear_ih", "fc_ih", "lin_ih", "input_linear", "linear_x", "fc_x", "lin_x",
    "igates", "w",
)  # fmt: skip
_STATE_LAYERS = (
    "h2h", "w_hh", "linear_hh", "fc_hh", "lin_hh", "hgates", "w_h", "u_h", "hidden_linear", "recurrent_linear",
    "linear_h", "fc_h", "lin_h", "u",
)  # fmt: skip
_ALSO_OTHERS = ("w_h", "u_h", "hidden_linear", "linear_h", "fc_h", "lin_h", "u")  # names that other layers have as well


def _each(layers: Iterable[str], *ends: str) -> tuple[str, ...]:
    return tuple(f"{layer}_{end}" for layer in layers for end in ends)


# By parameter: its names, the surest first. PyTorch's own comes first; the others are those of frameworks and of code
# written by hand (W for what multiplies the input, U or R for what multiplies the hidden state). For "_" any separator
# between two words may be used, or none.
SPELLINGS = {
    "weight_ih": ("weight_ih", "w_ih", "w_xh", "w_x", "w_ax", "input_to_hidden_w",
                  *_each(_INPUT_LAYERS, "weight", "kernel"), "kernel", "weight_i", "weight_x", "w"),
    "weight_hh": ("weight_hh", "w_hh", "w_aa", "hidden_to_hidden_w", *_each(_STATE_LAYERS, "weight", "kernel"),
                  "recurrent_kernel", "w_h", "u_h", "weight_h", "u", "r"),
    "bias_ih": ("bias_ih", "b_ih", "b_xh", "b_x", "b_a", "input_to_hidden_b", *_each(_INPUT_LAYERS, "bias"),
                "bias", "bias_i", "b"),
    "bias_hh": ("bias_hh", "b_hh", "hidden_to_hidden_b", *_each(_STATE_LAYERS, "bias"), "recurrent_bias", "bias_h",
                "b_h"),
    "weight_hr": ("weight_hr",),
}  # fmt: skip
# Words for what multiplies the hidden state that other things have as well.
AMBIGUOUS = {"w_h", "u_h", "weight_h", "u", "r", *_each(_ALSO_OTHERS, "weight", "kernel")}
_WORDS = {word.replace("_", ""): word for words in SPELLINGS.values() for word in words}
_PLACES = {word: (parameter, place) for parameter, words in SPELLINGS.items() for place, word in enumerate(words)}
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


# Words at the end or within a layer's name for the direction that it reads in, forward and backward.
_PAIRS = {
    "f": ("b",), "l": ("r",), "left": ("right",), "ltr": ("rtl",), "lr": ("rl",), "l2r": ("r2l",), "fw": ("rev",),
    "forward": ("reverse", "back"), "forwards": ("backwards",), "fwd": ("rev", "back"), "front": ("back",),
    "for": ("back",), "forth": ("back",), "positive": ("negative",),
}  # fmt: skip
_ALONE = ("rev", "reversed", "back", "backwards")  # beside a layer without such a word
_CAMEL = {"F": "B", "L": "R", "Left": "Right", "Forward": "Backward", "Fwd": "Bwd", "Fw": "Bw"}
_SEPARATED = re.compile(r"([._/])")


@dataclass(frozen=True)
class ArrayName:
    """A parsed name of an array.

    Parameters
    ----------
    name : str
        The name itself.
    owner : str
        The layer that the array belongs to: "encoder.rnn".
    parameter : str
        The parameter: "weight_ih".
    word : str
        How the file spells the parameter, as in SPELLINGS.
    layer : int
        The layer's number; 0 if the name has none.
    direction : {"forward", "backward"}
        The direction.
    exact : bool
        Whether the spelling is PyTorch's, separators included.
    rank : int
        How sure the spelling is; the lowest is the surest.
    """

    name: str
    owner: str
    parameter: str
    word: str
    layer: int
    direction: str
    exact: bool
    rank: int


def parse_name(name: str) -> ArrayName | None:
    """Parse an array's name; None if it is not one of a recurrent layer's."""
    match = _NAME.fullmatch(name) if len(name) <= LONGEST else None
    if match is None:
        return None
    word = _WORDS[re.sub(r"[._/]", "", match["word"].lower())]
    parameter, place = _PLACES[word]
    owner, direction = split_direction(match["head"])
    direction = "backward" if match["back"] else direction
    # Dropout of weights keeps the trained ones as "raw", and beside them those that it used last.
    rank = -1 if match["raw"] else place
    return ArrayName(
        name, owner, parameter, word, int(match["layer"] or 0), direction, match["word"].lower() == parameter, rank
    )


def head_of(name: str) -> str:
    """What precedes the parameter in the name of an array that was parsed."""
    match = _NAME.fullmatch(name) if len(name) <= LONGEST else None
    return "" if match is None else match["head"]


def split_direction(head: str) -> tuple[str, str]:
    """Split what precedes a parameter's name into the layer that it belongs to and the direction."""
    bare = head.rstrip("._/ ")
    owner = _BACKWARD.sub("", _FORWARD.sub("", bare)).strip("._/").removesuffix(".module")
    return owner, "backward" if _BACKWARD.search(bare) else "forward"


def backward_names(owner: str) -> list[str]:
    """What a layer may be called that reads backwards, if this one reads forwards: "rnn_b" for "rnn_f"."""
    found = [f"{owner}_{word}" for word in _ALONE] if owner else []
    parts = _SEPARATED.split(owner)
    for place, part in enumerate(parts):
        bare = part.rstrip("0123456789") if part.lower() not in _PAIRS else part
        for word in _PAIRS.get(bare.lower(), ()):
            spelled = word.upper() if bare.isupper() else word.title() if bare.istitle() else word
            found.append("".join([*parts[:place], spelled + part[len(bare) :], *parts[place + 1 :]]))
        for end, other in _CAMEL.items():
            if part.endswith(end) and part[: -len(end)].islower():
                found.append("".join([*parts[:place], part[: -len(end)] + other, *parts[place + 1 :]]))
    return found


def without_direction(owner: str, partner: str) -> str:
    """The name of two layers that differ in their word for the direction: "rnn" for "rnn_f" and "rnn_b"."""
    parts, others = _SEPARATED.split(owner), _SEPARATED.split(partner)
    if len(parts) != len(others):
        return owner
    place = next(k for k, (part, other) in enumerate(zip(parts, others, strict=True)) if part != other)
    camel = next((end for end in _CAMEL if parts[place].endswith(end) and parts[place][: -len(end)].islower()), "")
    if camel:
        return "".join([*parts[:place], parts[place][: -len(camel)], *parts[place + 1 :]])
    number = parts[place][len(parts[place].rstrip("0123456789")) :] if parts[place].lower() not in _PAIRS else ""
    if number:
        return "".join([*parts[:place], number, *parts[place + 1 :]])
    rest = [*parts[:place][:-1], *parts[place + 1 :]] if place else parts[place + 2 :]
    return "".join(rest) or owner


def short_name(owner: str) -> str:
    """A layer's name for messages, without wrappers in front."""
    return _WRAPPERS.sub("", owner + ".").strip(".") or owner or "the network"


def display_names(owners: Iterable[str]) -> dict[str, str]:
    """Layers' names for messages: without wrappers in front, except where two would have the same name."""
    bare = {owner: short_name(owner) for owner in owners}
    count = Counter(bare.values())
    return {owner: name if count[name] == 1 else owner or "the network" for owner, name in bare.items()}


def split_number(owner: str) -> tuple[str, int] | None:
    """A layer's name with its last number replaced, and that number: ("rnns.*", 1); None if it has none."""
    matches = list(_NUMBER.finditer(owner))
    if not matches:
        return None
    last = matches[-1]
    group = 1 if last[1] is not None else 2
    return owner[: last.start(group)] + "*" + owner[last.end(group) :], int(last[group])
