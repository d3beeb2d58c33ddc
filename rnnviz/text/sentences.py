"""What is said of a text that cannot be read, or not as it is: templates, which Python and the browser fill in.

A field is written {name}; {name!r} puts it in quotes as Python does.
"""

from __future__ import annotations

MOST_TOKENS = 256  # that a page reads; a sentence says that the rest is left out
MOST_CHARACTERS = 4000  # in a text box and in a link; browsers and servers limit the length of addresses
MOST_NAMES = 8  # of unknown tokens that a sentence lists

NOTHING = "There is nothing to read: type at least one letter or word."
NO_NUMBERS = "There is nothing to read: type numbers such as 0.5 -1 2, one step after another."
UNKNOWN_TOKEN = "The model’s vocabulary has no {words}, and no token for unknown ones; it has {some} and so on."
NOT_FINITE = "Every number must be finite and at most {largest} in size; one is not."
MISSING_TABLE = "There is no table {name!r} here: provide its numbers, because a name alone does not contain them."
NOT_A_NUMBER = "{word!r} is not a number: type numbers such as {sample}."
INCOMPLETE_LINE = "Each step needs {size} numbers; line {row} has {count}."
INCOMPLETE_STEP = "Each step needs {size} numbers; {count} do not divide into steps."
AMBIGUOUS_COMMA = (
    "{pair!r} may be one number or two: write {point} with a point, "
    "and put a space after a comma that separates numbers."
)
ONLY_FIRST = "Only the first {most} {what} are read."
AND_OTHERS = " and others"
NOT_IN_VOCABULARY = (
    "Not in the model’s vocabulary: {names} (marked ? in the figure). The network reads {unknown} instead."
)
TOO_LONG = (
    "The {which} of {count} characters is too long. Its first {kept} characters are kept, of which the network reads "
    "at most {most} tokens."
)
