"""What people open instead of a model is named, whatever its suffix says, and so is what to do."""

import io
import json
import pickle
import tarfile

import numpy as np
import pytest
from safetensors.numpy import save

import rnnviz
from rnnviz.checkpoints import open_bytes, open_files
from rnnviz.errors import DamagedFileError, FileError, MissingFileError, UnsupportedFileError

from ..raising import raises
from .case_files import path_of
from .hostile_files import zipped

RNN = {"rnn.weight_ih_l0": np.ones((3, 2), np.float32), "rnn.weight_hh_l0": np.eye(3, dtype=np.float32)}
SUFFIXES = (".pt", ".h5", ".keras", ".onnx", ".npz", ".safetensors", ".ckpt", ".bin", ".json", "")
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
PAGE = b"\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>"


@pytest.mark.parametrize(
    ("case", "code"), [("lfs_m.pt", "lfs_pointer"), ("html_pt", "html"), ("ckptidx", "tf_checkpoint")]
)
def test_a_file_that_is_none(case, code):
    path = path_of("known_files_not_named", case)
    with raises(FileError, code=code, file=path.name):
        rnnviz.load(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LFS, "lfs_pointer"),
        (LFS.replace(b"git-lfs.github.com/spec", b"hawser.github.com/git-lfs/spec"), "lfs_pointer"),
        (b"/annex/objects/SHA256E-s12--ab.pt\n", "lfs_pointer"),
        (PAGE, "html"),
        (PAGE.lower(), "html"),
        (b"\xef\xbb\xbf<html>", "html"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "html"),
        (b"\x1c\0\0\0TFL3" + bytes(400), "tflite"),
        (b"GGUF" + bytes(400), "gguf"),
        (b"%PDF-1.7", "foreign"),
        (b"MATLAB 5.0 MAT-file, Platform", "matlab"),
        (b"#Parameter# /lstm/_0 {8,2} 99 ZERO_GRAD\n0.5 ", "dynet"),
        (b"\x84\xa5nodes\x91\x84\xa5index\0\xa4name\xa4lstm\xa5attrs" + bytes(99), "thinc"),
        (b"\x12\x01\0\0\0\0\0\0" + bytes(300), "mxnet"),
        (b"\x81\xa6params\x81\xa3rnn", "flax"),
        (b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1\r\0\0\0nn.Sequential" + bytes(99), "torch7"),
        (b"4\n1\n3\nV 1\n13\nnn.Sequential\n", "torch7"),
    ],
)
def test_what_it_is_whatever_it_is_called(data, code, suffix):
    with raises(FileError, code=code, file=f"m{suffix}"):
        open_bytes(f"m{suffix}", data)


def tar(*names):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        for name in names:
            file.addfile(tarfile.TarInfo(name))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("model.ckpt.data-00000-of-00001", bytes(300), "tf_checkpoint"),
        ("checkpoint", b"model_checkpoint_path: 'm'", "tf_checkpoint"),
        ("model.ckpt.meta", b"\n\xff\x01\n\x05Const", "tf_checkpoint"),
        ("model.ckpt.index", bytes(40), "tf_checkpoint"),
        ("model.ckpt", b"\0\x0c\x08" + bytes(90) + bytes.fromhex("57fb808b247547db"), "tf_checkpoint"),
        ("saved_model.pb", b"\x08\x01\x12\xff\xff\x01", "saved_model"),
        ("frozen.pb", b"\n\x20\n\x05input", "frozen_graph"),
        ("m.zip", zipped({"a/saved_model.pb": "", "a/variables/variables.index": ""}), "saved_model"),
        ("m.mlmodel", b"\x08\x01\x12\x20", "core_ml"),
        ("m.zip", zipped({"m.mlpackage/Manifest.json": "{}"}), "core_ml"),
        ("m.zip", zipped({"policy.pth": "", "data": "", "_stable_baselines3_version": "2"}), "sb3"),
        ("m.nemo", tar("model_config.yaml", "./model_weights.ckpt"), "nemo"),
        ("m.tar", tar("a.txt"), "archive"),
        ("m.pt", tar("sys_info", "pickle", "storages", "tensors"), "old_torch"),
        ("group1-shard1of2.bin", bytes(99), "tfjs"),
        ("m.json", json.dumps({"modelTopology": {}, "weightsManifest": []}).encode(), "tfjs"),
        ("m.json", json.dumps({"class_name": "Sequential", "config": {"layers": []}}).encode(), "architecture"),
        ("m.ipynb", json.dumps({"cells": [], "nbformat": 4}).encode(), "notebook"),
        ("train.py", b"import torch", "program"),
        ("m.json", json.dumps({"nbformat": 4}).encode(), "notebook"),
        ("m.json", b'["a", "b"]', "vocabulary"),
        ("m.json", b'{"a": 0, "b": 1, "c": 2, "d": 3}', "vocabulary"),
        ("m.json", b'{"error": "no such model"}', "text"),
        ("m.json", b'{"model_type": "lstm", "hidden_size": 3}', "configuration"),
        ("m.json", b'{"a": [1, 2]}', "no_arrays"),
        ("m.index.json", b'{"weight_map": {"a": "b.bin"}}', "index"),
        ("m.t7", bytes(300), "torch7"),
        ("m.joblib", b"x\x9c" + bytes(99), "joblib"),
        ("m.pkl", b"\x80\x04\x8c\x12joblib.numpy_pickle\x94.", "joblib"),
        ("m.pt", b"Not Found", "text"),
        ("m.h5", b"Entry not found\n", "text"),
        ("m.xml", b"<net name='m'>", "openvino"),
        ("m.mdl", b"\0B<TransitionModel> ", "kaldi"),
        ("m.bin", b"\xba\x16\x4f\x2f" + bytes(99), "fasttext"),
    ],
)
def test_what_it_is_by_its_name_or_content(name, data, code):
    with raises(UnsupportedFileError, code=code, file=name):
        open_bytes(name, data)
    with raises(FileError, code=code, file=name):
        open_files({name: data})


def whole_files():
    torch = pytest.importorskip("torch")
    made = io.BytesIO()
    torch.save({name: torch.tensor(array) for name, array in RNN.items()}, made)
    archive = io.BytesIO()
    np.savez(archive, **RNN)
    keras = path_of("keras_1", "keras1_h5").read_bytes()
    onnx = path_of("onnx_without_recurrent_nodes", "o_lstmcell_loop").read_bytes()
    return {"m.pt": made.getvalue(), "m.npz": archive.getvalue(), "m.h5": keras, "m.onnx": onnx}


@pytest.mark.parametrize("name", ["m.pt", "m.npz", "m.h5", "m.onnx"])
def test_a_file_without_its_end(name):
    data = whole_files()[name]
    for length in (len(data) // 3, len(data) // 2, len(data) - 12):
        with raises(DamagedFileError, code="cut_off", file=name):
            open_bytes(name, data[:length])
    with raises(FileError, file="m.safetensors") as caught:
        open_bytes("m.safetensors", save(RNN)[:-4])
    assert "cut off" in str(caught.value)


def test_a_folder_is_one(tmp_path):
    with raises(MissingFileError, code="folder"):
        rnnviz.load(tmp_path)
    (tmp_path / "weights.pt").write_bytes(b"x")
    with raises(MissingFileError, code="folder") as caught:
        rnnviz.load(str(tmp_path))
    assert "weights.pt" in str(caught.value)
    (tmp_path / "model.ckpt-7.index").write_bytes(b"x")
    for path in (tmp_path, tmp_path / "model.ckpt-7"):
        with raises(MissingFileError, code="tf_checkpoint") as caught:
            rnnviz.load(path)
        assert str(tmp_path / "model.ckpt-7") in str(caught.value)
    (tmp_path / "saved_model.pb").write_bytes(b"x")
    with raises(MissingFileError, code="saved_model"):
        rnnviz.load(tmp_path)


@pytest.mark.parametrize("suffix", [".pkl", ".pt", ".p", ""])
@pytest.mark.parametrize("protocol", [0, 1])
def test_pickles_without_a_signature_are_read(protocol, suffix):
    found = open_bytes(f"m{suffix}", pickle.dumps(RNN, protocol))
    assert [stack.name for stack in found.stacks] == ["rnn"]
