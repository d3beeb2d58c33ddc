"""What modules of PyTorch state about themselves, in a file that holds them whole or in a running program."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...errors import UnsupportedFileError
from ...wording import printable
from ..joined_stacks import everywhere
from ..settings import InferredSetting
from ..stack import Stack, of_run

_RECURRENT = ("RNN", "RNNBase", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell", "RNNCellBase")
_ACTIVATIONS = ("tanh", "relu")
_NONLINEARITY = re.compile(r"(?:^|[._])(?:rnn_)?(?:non_?linearity|rnn_activation)$", re.IGNORECASE)
_IN_JSON = re.compile(r'"((?:rnn_)?(?:non_?linearity|rnn_activation))": "(tanh|relu)"', re.IGNORECASE)
# Settings of a recurrent module that are worth a sentence, and those that are left out where they have this value.
_SHOWN = {"num_layers": 1, "bidirectional": False, "batch_first": None, "proj_size": 0, "nonlinearity": None}


@dataclass(frozen=True)
class StatedModule:
    """A module as its file or program describes it.

    Parameters
    ----------
    kind : str
        Its class with the module that defines it, "torch.nn.modules.rnn.LSTM".
    settings : mapping of str to object
        Its plain attributes: texts, numbers, truth values and None.
    """

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of its class alone."""
        return printable(self.kind.rpartition(".")[2])

    @property
    def is_own(self) -> bool:
        """Whether PyTorch defines it, and not the author of the file."""
        return self.kind.startswith("torch.")

    @property
    def nonlinearity(self) -> str | None:
        """The activation of a simple RNN; None if it states none."""
        mode = self.settings.get("mode")
        stated = self.settings.get("nonlinearity") or {"RNN_TANH": "tanh", "RNN_RELU": "relu"}.get(str(mode))
        return str(stated) if stated in _ACTIVATIONS else None

    def describe(self) -> str:
        """Describe a recurrent module as PyTorch prints it: "LSTM(6, 5, num_layers=2, batch_first=True)"."""
        sizes = [str(self.settings[name]) for name in ("input_size", "hidden_size") if name in self.settings]
        known = {name: self.settings[name] for name in _SHOWN if name in self.settings}
        if self.nonlinearity:
            known["nonlinearity"] = self.nonlinearity
        listed = [f"{name}={printable(repr(value))}" for name, value in known.items() if value != _SHOWN[name]]
        return f"{self.name}({', '.join([*map(printable, sizes), *listed])})"


def with_stated(stacks: Sequence[Stack], modules: Mapping[str, StatedModule]) -> tuple[Stack, ...]:
    """The stacks with what the modules that own their arrays state.

    modules: by the name of each, the owner of its arrays. Raises UnsupportedFileError for layers of one stack with
    different activations.
    """
    return everywhere(stacks, lambda stack: _with_stated(stack, modules)) if modules else tuple(stacks)


def _with_stated(stack: Stack, modules: Mapping[str, StatedModule]) -> Stack:
    names = dict.fromkeys(name.rpartition(".")[0] for name in sorted(stack.array_names))
    owners = {name: modules[name] for name in names if name in modules}
    if not owners:
        return stack
    settings = stack.settings
    if "rnn" in stack.cells:
        stated = {owner.nonlinearity for owner in owners.values() if owner.nonlinearity}
        if len(stated) > 1:
            raise UnsupportedFileError(
                f"The layers of {stack.name} have different activations, {' and '.join(sorted(stated))}. Only one per "
                "network is supported.",
                code="mixed_activations", part=stack.name,
            )  # fmt: skip
        settings = tuple(
            replace(setting, value=value, basis="stated", reason="The module states it.")
            if _is_of_rnn(stack, setting) and (value := next(iter(stated), None))
            else setting
            for setting in settings
        )
    own = {name: owner for name, owner in owners.items() if owner.is_own and owner.name in _RECURRENT}
    notes = [f"The file states that {name or 'it'} is {owner.describe()}." for name, owner in own.items()]
    others = {name: owner for name, owner in owners.items() if not owner.is_own and "mode" not in owner.settings}
    for name, owner in others.items():
        notes.append(
            f"{name or 'It'} is of the class {printable(owner.kind)}, whose code is not in the file: that it computes "
            "what PyTorch's own layers compute is assumed."
        )
    if others:
        settings = tuple(replace(s, basis="assumed") if s.basis == "fixed" else s for s in settings)
    return replace(stack, settings=settings, notes=(*stack.notes, *notes[:8]))


def with_nonlinearity(stacks: Sequence[Stack], texts: Mapping[str, str]) -> tuple[Stack, ...]:
    """The stacks with the activation of simple RNNs that a file's hyperparameters have, where it is open otherwise.

    texts: that the file keeps beside its arrays, by name, some of them JSON.
    """
    found: dict[str, str] = {}
    for name, text in texts.items():
        if _NONLINEARITY.search(name) and text in _ACTIVATIONS:
            found.setdefault(text, name)
        elif text[:1] == "{" and (match := _IN_JSON.search(text)) is not None:
            found.setdefault(match[2], f"{name}, {match[1]}")
    if len(found) != 1:
        return tuple(stacks)
    ((value, name),) = found.items()
    reason = f"The file has {printable(name)} = {value}; that it is about this layer is inferred."

    def change(stack: Stack) -> Stack:
        settings = tuple(
            replace(setting, value=value, reason=reason)
            if _is_of_rnn(stack, setting) and setting.basis == "assumed"
            else setting
            for setting in stack.settings
        )
        return replace(stack, settings=settings)

    return everywhere(stacks, change)


def _is_of_rnn(stack: Stack, setting: InferredSetting) -> bool:
    """Whether a setting is the activation of a simple RNN."""
    base, first = of_run(setting.name)
    return base == "activation" and stack.cells[first or 0] == "rnn"
