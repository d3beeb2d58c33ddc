"""Why an intervention does not fit, as templates by the error's code, which Python and the browser fill in."""

from __future__ import annotations

MOST_CHANGES = 64  # of a run: a page computes and lists them all at every letter
MOST_UNITS = 20_000  # that they name together

IMPOSSIBLE = "Cannot apply “{text}”: {problem}."
INVALID_TOKEN = "Cannot apply “{text}”: {reason}"
NOTHING_LEFT = "Keep at least one token: with all of them removed, there is nothing left to read."
CONTRADICTION = "“{other}” and “{text}” contradict each other: both set the {title} of unit {unit} at step {step}."
UNREADABLE = (
    "{text!r} is not an intervention: write, for example, forget=1, forget.3,5-7@2-9=0.5, zero.4, freeze.4@6-9, "
    "swap@3=x or remove@3."
)
TOO_MANY = "There is room for {most} changes, which name up to {units} units: the last {left} of {count} are left out."
PROBLEMS = {
    "unknown_step": "there is no step {step}; the text has {steps}",
    "repeated_step": "another intervention already swaps or removes step {step}",
    "end_mark": "step {step} is the end mark, which every text has",
    "removed_steps": "another intervention removes all of its steps",
    "not_one_token": "{token!r} is not one {what}",
    "reversed_steps": "step {step} does not come before step {last}",
    "unknown_state": "the {cell} has no state {state!r}; it has {states}",
    "input": "the input can only be swapped or removed",
    "unknown_quantity": "the {cell} has no {quantity!r}; it has {quantities}",
    "out_of_range": "the {title} {range}, not {value}",
    "unknown_layer": "there is no layer {layer}; the network has {layers}, counted from 0",
    "unknown_direction": "{whole} does not read {direction}",
    "unknown_unit": "there is no unit {unit}; the layer has units 0 to {last}",
    "no_unit": "it names no unit",
}
