"""Files of other programs and of rnnviz: their formats, their recurrent layers, and models made of them.

Each format is a folder with one class, registered in `formats.FORMATS`: it recognises its files and opens them. Opening
a file gives stacks of recurrent layers with inferred settings, which users can override. A stack is converted to a
network, from which a model is made.
"""

from .checkpoint import Checkpoint, open_bytes, open_file, open_files, summary
from .conversion import Conversion, MappedArray, convert_stack, model_from_stack
from .file import File
from .formats import FORMATS, detect, read_arrays, suffixes, supported, writable
from .interface import Format, Opened, UnusedArray, WritableFormat
from .live_models import from_keras, from_torch
from .named.named_arrays import ArrayFormat, NamedArrays
from .saving import save
from .settings import InferredSetting
from .stack import Readout, SourceArray, Stack
from .verification.agreement import Agreement, verify
from .verification.example_pair import ExamplePair
from .verification.location import Location
from .verification.mistakes import Correction

__all__ = [
    "FORMATS",
    "Agreement",
    "ArrayFormat",
    "Checkpoint",
    "Conversion",
    "Correction",
    "ExamplePair",
    "File",
    "Format",
    "InferredSetting",
    "Location",
    "MappedArray",
    "NamedArrays",
    "Opened",
    "Readout",
    "SourceArray",
    "Stack",
    "UnusedArray",
    "WritableFormat",
    "convert_stack",
    "detect",
    "from_keras",
    "from_torch",
    "model_from_stack",
    "open_bytes",
    "open_file",
    "open_files",
    "read_arrays",
    "save",
    "suffixes",
    "summary",
    "supported",
    "verify",
    "writable",
]
