"""Models saved in every format that models can be saved in."""

from rnnviz.checkpoints import writable
from rnnviz.checkpoints.numpy.numpy_archive import NumpyArchive
from rnnviz.checkpoints.safetensors.tensor_file import SafetensorsFile

WRITERS = {format.suffixes[0].removeprefix("."): format.save for format in writable()}
to_npz, to_safetensors = NumpyArchive().save, SafetensorsFile().save
