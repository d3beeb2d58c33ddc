"""Files that people open and that hold no model which is read here: what each is, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ..errors import DamagedFileError, MissingFileError, UnsupportedFileError
from ..wording import printable
from .file import File
from .io.cut_off import is_cut_off

BEGINNING = 2000  # bytes that are looked at
MOST_ENTRIES = 10_000  # of a folder
SHORT = 400  # bytes of a text that is no model
_SCRIPT = (
    'import numpy as np, tensorflow as tf; r = tf.train.load_checkpoint("{path}"); '
    'np.savez("model.npz", **{{n: r.get_tensor(n) for n in r.get_variable_to_shape_map()}})'
)
_GRAPH_SCRIPT = (
    'import numpy as np, tensorflow as tf; g = tf.compat.v1.GraphDef.FromString(open("model.pb", "rb").read()); '
    'np.savez("model.npz", **{n.name: tf.make_ndarray(n.attr["value"].tensor) for n in g.node if n.op == "Const"})'
)
_TABLE_END = bytes.fromhex("57fb808b247547db")  # the last bytes of the table that indexes a TensorFlow checkpoint
_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}$")
_TFJS_SHARD = re.compile(r"group\d+-shard\d+of\d+(\.bin)?$")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script|!--|meta|title)", re.IGNORECASE)
_ANSWER = re.compile(
    r"not found|denied|forbidden|error|unauthori[sz]ed|invalid|too many|quota|log ?in|sign in|expired|moved|redirect|"
    r"unavailable|bad request|no such|does not exist",
    re.IGNORECASE,
)
_LFS = re.compile(rb"version https?://[\w./-]*git-lfs[\w./-]*/v\d")


@dataclass(frozen=True)
class KnownFile:
    """A kind of file that is not read.

    Parameters
    ----------
    code : str
        A short key, of the error.
    what : str
        What it is, as the end of a sentence that begins with its name and "is".
    advice : str
        What to do, one sentence.
    """

    code: str
    what: str
    advice: str

    def error(self, file: str) -> UnsupportedFileError:
        """The error for a file of this kind, by its name."""
        return UnsupportedFileError(f"{file} is {self.what}. {self.advice}", code=self.code, file=file)

    def error_of_path(self, path: Path) -> MissingFileError:
        """The error for a path that is not a file."""
        message = f"{printable(path.name or str(path))} is {self.what}. {self.advice}"
        return MissingFileError(message, code=self.code, file=str(path))


def known_file(file: File) -> KnownFile | None:
    """The kind of a file that is known not to be read; None for any other."""
    return next((kind for matches, kind in _KINDS if matches(file)), None)


def short_text(file: File) -> KnownFile | None:
    """A short text in place of a model, such as what a server says instead of sending it; None for anything else."""
    text = file.data[:SHORT].decode("utf-8", "replace").strip()
    if len(file.data) >= SHORT or not text.replace("\n", "").isprintable() or not _ANSWER.search(text):
        return None
    return KnownFile(
        "text", f"a text of {len(file.data)} bytes, “{printable(text, 60)}”, and not a model",
        "If it was downloaded, its page answered with this text: download the file itself again.",
    )  # fmt: skip


def cut_off_error(file: File) -> DamagedFileError | None:
    """The error for a file whose own directory says that its end is missing; None for any other."""
    if not is_cut_off(file.data, file.has_suffix([".onnx"])):
        return None
    return DamagedFileError(
        f"{file.name} is cut off: its end is missing, as after a download or a copy that was interrupted. Download or "
        "copy it again.",
        code="cut_off", file=file.name,
    )  # fmt: skip


def folder_error(path: Path, suffixes: tuple[str, ...]) -> MissingFileError:
    """The error for a folder in place of a file: what it holds, and which file to open."""
    names = sorted(entry.name for entry in islice(path.iterdir(), MOST_ENTRIES))
    if "saved_model.pb" in names:
        return _SAVED_MODEL.error_of_path(path)
    if indexed := [entry.removesuffix(".index") for entry in names if entry.endswith(".index")]:
        return _checkpoint(path / indexed[-1], "a folder with a TensorFlow checkpoint").error_of_path(path)
    inside = [entry for entry in names if entry.lower().endswith(suffixes)]
    listed = ", ".join(map(printable, (inside or names)[:4])) or "nothing"
    advice = "Open one of these." if inside else "Open the file of a model."
    return KnownFile("folder", f"a folder, which holds {listed}", advice).error_of_path(path)


def missing_checkpoint(path: Path) -> MissingFileError | None:
    """The error for the prefix of a TensorFlow checkpoint, which is the name of none of its files; None for others."""
    if not path.with_name(f"{path.name}.index").is_file():
        return None
    return _checkpoint(path, "the prefix of a TensorFlow checkpoint").error_of_path(path)


def _checkpoint(path: Path | str, what: str) -> KnownFile:
    """A TensorFlow checkpoint, or what belongs to it. path: its prefix."""
    script = _SCRIPT.format(path=printable(str(path), 300))
    return KnownFile(
        "tf_checkpoint",
        f"{what}, which only TensorFlow reads",
        f"Where it is installed, this writes its arrays as npz, which is read: {script}",
    )


# ---- the kinds ----------------------------------------------------------------------------------------------


def _begins(*starts: bytes) -> Callable[[File], bool]:
    return lambda file: file.data.startswith(starts)


def _named(*suffixes: str) -> Callable[[File], bool]:
    return lambda file: file.name.lower().endswith(suffixes)


def _zip_has(*entries: str) -> Callable[[File], bool]:
    """Whether it is a zip with an entry that ends so."""
    return lambda file: file.is_zip and any(entry.endswith(entries) for entry in file.zip.names)


def _tar_has(*words: bytes) -> Callable[[File], bool]:
    """Whether it is a tar archive that mentions all of these."""
    return lambda file: _is_tar(file) and all(word in file.data for word in words)


def _is_tar(file: File) -> bool:
    return file.data[257:262] == b"ustar"


def _is_checkpoint_part(file: File) -> bool:
    name = file.name.lower()
    by_name = _SHARD.search(name) or name.endswith(".index")
    meta = name.endswith(".meta") and file.data[:1] == b"\n"
    return bool(by_name or meta or file.data.endswith(_TABLE_END) or file.data.startswith(b"model_checkpoint_path:"))


def _is_torch7(file: File) -> bool:
    """Whether it is Torch's own, a binary of a table or an object, or the same in text."""
    binary = file.data[:1] in (b"\x03", b"\x04") and file.data[1:4] == b"\0\0\0" and b"V 1" in file.data[:BEGINNING]
    text = file.data.startswith((b"4\n", b"3\n")) and b"V 1" in file.data[:BEGINNING]
    return binary or text or file.has_suffix([".t7"])


def _is_joblib(file: File) -> bool:
    squeezed = file.data[:2] in (b"x\x01", b"x\x9c", b"x\xda") and file.has_suffix([".pkl", ".joblib", ".z", ".pickle"])
    return squeezed or (file.data[:1] == b"\x80" and b"joblib.numpy_pickle" in file.data)


def _is_core_ml(file: File) -> bool:
    package = file.is_zip and any(".mlpackage/" in entry or "com.apple.CoreML" in entry for entry in file.zip.names)
    return package or (file.has_suffix([".mlmodel"]) and file.data[:1] == b"\x08")


_SAVED_MODEL = KnownFile(
    "saved_model", "TensorFlow's SavedModel, a graph that only TensorFlow runs",
    'Where it is installed, save the model as a Keras file: tf.keras.models.load_model("folder").save("model.h5"); or '
    'open the npz that this writes: ' + _SCRIPT.format(path="folder/variables/variables"),
)  # fmt: skip
_NPZ = "save them with numpy.savez under the names that they have there, and open the npz."
# The surest first. Those above the line have signatures that no format has; the others may have suffixes of one.
_KINDS: tuple[tuple[Callable[[File], bool], KnownFile], ...] = (
    (lambda file: bool(_LFS.match(file.data[:200])), KnownFile(
        "lfs_pointer", "a git LFS pointer, a few lines that stand in a repository for the model itself",
        "Fetch the model: run “git lfs pull” in the repository, or download the file from its page.")),
    (lambda file: file.data[:1] in (b"/", b".") and b"/annex/objects/" in file.data[:SHORT], KnownFile(
        "lfs_pointer", "a git-annex pointer, which stands in a repository for the model itself",
        "Fetch the model: run “git annex get” in the repository.")),
    (lambda file: bool(_MARKUP.match(file.data[:BEGINNING])), KnownFile(
        "html", "a web page, and not a model",
        "The download brought a page, such as one to log in or to confirm: download the file itself again.")),
    (lambda file: file.has_suffix([".xml"]) and b"<net" in file.data[:BEGINNING], KnownFile(
        "openvino", "the graph of an OpenVINO model, without its weights",
        "Open the file that it was converted from, such as .onnx.")),
    (_begins(b"<?xml", b"\xef\xbb\xbf<?xml"), KnownFile(
        "html", "an XML text, such as what a server answers instead of a file",
        "Download the file itself again.")),
    (lambda file: file.data[4:8] == b"TFL3", KnownFile(
        "tflite", "a TensorFlow Lite model, whose layers were fused and rounded for phones",
        "Open the Keras file that it was converted from (.keras or .h5).")),
    (_is_core_ml, KnownFile(
        "core_ml", "a Core ML model",
        "Open the file that it was converted from, such as .pt, .onnx or .keras.")),
    (_zip_has("saved_model.pb"), _SAVED_MODEL),
    (lambda file: file.name == "saved_model.pb", _SAVED_MODEL),
    (_zip_has("_stable_baselines3_version"), KnownFile(
        "sb3", "a model of Stable-Baselines3, a zip with the weights in policy.pth",
        "Unpack it and open policy.pth.")),
    (_is_checkpoint_part, _checkpoint("model.ckpt", "part of a TensorFlow checkpoint (.index, .data and .meta)")),
    (_named(".pb", ".pbtxt"), KnownFile(
        "frozen_graph", "a frozen graph of TensorFlow, which only TensorFlow reads",
        f"Where it is installed, this writes its constants as npz, which is read: {_GRAPH_SCRIPT}")),
    (lambda file: bool(_TFJS_SHARD.search(file.name.lower())), KnownFile(
        "tfjs", "a part of the weights of a TensorFlow.js model",
        "Convert the model: tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras model.json "
        "model.h5; and open model.h5.")),
    (_tar_has(b"model_weights.ckpt"), KnownFile(
        "nemo", "a NeMo model, a tar archive with the weights in model_weights.ckpt",
        "Unpack it (tar xf) and open model_weights.ckpt.")),
    (_tar_has(b"storages", b"tensors", b"pickle"), KnownFile(
        "old_torch", "a PyTorch file of before 2017, a tar archive",
        "Where PyTorch is installed, save it again: torch.save(torch.load(old), new).")),
    (_is_tar, KnownFile("archive", "a tar archive", "Unpack it (tar xf) and open the model in it.")),
    (_is_joblib, KnownFile(
        "joblib", "a file of joblib",
        "Where it was made, load it with joblib.load; if it holds arrays, " + _NPZ)),
    (_is_torch7, KnownFile(
        "torch7", "a file of Torch 7, the Lua program",
        "In Python, torchfile.load reads its arrays: " + _NPZ)),
    (lambda file: bool(re.match(rb"#(?:Lookup)?Parameter# ", file.data)), KnownFile(
        "dynet", "a DyNet model, a text of parameters whose names do not say what they are for",
        "Where DyNet is installed, take the arrays of the LSTM with as_array(): " + _NPZ)),
    (lambda file: b"\xa5nodes" in file.data[:12] and b"\xa5attrs" in file.data[:SHORT * 100], KnownFile(
        "thinc", "a model of spaCy (thinc)",
        "In spaCy, take the arrays of its layers with get_param: " + _NPZ)),
    (lambda file: file.data[:1] != b"\0" and b"\xa6params" in file.data[:16], KnownFile(
        "flax", "a Flax model in msgpack",
        "Where Flax is installed, restore it with flax.serialization.msgpack_restore, flatten it with "
        'flax.traverse_util.flatten_dict(params, sep="/"), and save that with numpy.savez.')),
    (_begins(b"\x12\x01\0\0\0\0\0\0"), KnownFile(
        "mxnet", "a file of MXNet's parameters",
        'Where MXNet is installed, this writes them as npz, which is read: import mxnet as mx, numpy as np; '
        'np.savez("model.npz", **{k: v.asnumpy() for k, v in mx.nd.load("model.params").items()})')),
    (_begins(b"MATLAB 5.0", b"MATLAB 7."), KnownFile(
        "matlab", "a MAT-file of MATLAB",
        "In Python, scipy.io.loadmat reads its arrays: " + _NPZ)),
    (_begins(b"\0B<Nnet", b"<Nnet", b"\0B<TransitionModel"), KnownFile(
        "kaldi", "a Kaldi model",
        "Copy it as text with nnet3-copy --binary=false and write its matrices with numpy.savez.")),
    (_begins(b"\xba\x16\x4f\x2f"), KnownFile(
        "fasttext", "a fastText model, which has word vectors and no recurrent layer",
        "Open a recurrent network instead.")),
    (_begins(b"lmgg", b"ggml", b"GGUF"), KnownFile(
        "gguf", "a model for ggml or llama.cpp, most of which are transformers",
        "Open the file that it was converted from, such as .pt or .safetensors.")),
    (_named(".ipynb"), KnownFile(
        "notebook", "a notebook, which holds no weights",
        "In the notebook, rnnviz.from_torch(module) or rnnviz.from_keras(model) opens the model itself.")),
    (_named(".py"), KnownFile(
        "program", "a Python program, which holds no weights",
        "Open the file in which it saves the model.")),
)  # fmt: skip
