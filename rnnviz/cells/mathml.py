"""Pieces of MathML, and the letters of weights."""

from __future__ import annotations


def parameter_letter(parameter: str) -> str:
    """The letter that tells whether weights read the input or the hidden state: "i" of weight_ih, "h" of weight_hh."""
    return parameter.rpartition("_")[2][0]


def names_both_ends(parameter: str) -> bool:
    """Whether a matrix is named after both what it reads and what it gives, as PyTorch's weight_hr is: W_{hr}."""
    end = parameter.rpartition("_")[2]
    return len(end) == 2 and end[1] != "h"


def bracketed(mathml: str) -> str:
    """Put an expression into brackets."""
    return f"<mrow><mo>(</mo>{mathml}<mo>)</mo></mrow>"


def subscripted(letter: str, parameter: str, block: str) -> str:
    """Write the letter of a weight with what it reads and the quantity that it computes."""
    if names_both_ends(parameter):
        return f"<msub><mi>{letter}</mi><mi>{parameter.rpartition('_')[2]}</mi></msub>"
    return f"<msub><mi>{letter}</mi><mrow><mi>{parameter_letter(parameter)}</mi>{block}</mrow></msub>"
