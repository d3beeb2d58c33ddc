"""ONNX files, read and written."""

from .reading import NOTHING, files_beside, parsed, read

__all__ = ["NOTHING", "files_beside", "parsed", "read"]
