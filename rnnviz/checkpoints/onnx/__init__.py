"""ONNX files, read and written."""

from .onnx_file import NOTHING, files_beside, parsed, read

__all__ = ["NOTHING", "files_beside", "parsed", "read"]
