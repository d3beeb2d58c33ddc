"""Published packages whose models must load: fetched by name with pip, and only the files that tests want kept.

Run it as `python -m tests.checkpoints.published_packages`. It does nothing where the files are already there.
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from zipfile import ZipFile

CACHE = Path(__file__).parents[2] / ".cache" / "packages"
# By requirement: the files that are kept, as the package has them.
WANTED = {
    "g2p_en==2.1.0": ("g2p_en/checkpoint20.npz", "g2p_en/g2p.py"),
    "silero-vad==6.2.3": (
        "silero_vad/data/silero_vad_16k.safetensors",
        "silero_vad/data/silero_vad.onnx",
        "silero_vad/data/silero_vad_16k_op15.onnx",
        "silero_vad/data/silero_vad_16k_sequence.onnx",
        "silero_vad/data/silero_vad_half.onnx",
        "silero_vad/data/silero_vad_op18_ifless.onnx",
        "silero_vad/data/silero_vad_openvino_16k.onnx",
        "silero_vad/tinygrad_model.py",
    ),
    "chars2vec==0.1.7": ("chars2vec/trained_models/eng_50/weights.h5", "chars2vec/model.py"),
}
# More files, which only `python -m benchmarks opening_times` opens.
OPENED = {
    "Resemblyzer==0.1.4": ("resemblyzer/pretrained.pt",),
    "arabic-morph-segmenter==0.1.0": ("arabic_morph_segmenter/assets/arabic_morph_segmenter_bilstm_crf.pt",),
    "LanguageIdentifier==1.1.1": ("LanguageIdentifier/LID_mixed_model.pkl",),
    "uzmorph-nn==0.1.0": ("uzmorph_nn/data/morph_bilstm.pth",),
    "khmer-ocr-ocm==0.1.0": ("khmer_ocr_ocm/assets/model.pth",),
    "g2pM==0.1.2.5": ("g2pM/np_ckpt.pkl",),
    "arabic-name-romanizer==0.2.0": (
        "arabic_name_romanizer/resources/encoder.onnx",
        "arabic_name_romanizer/resources/decoder.onnx",
    ),
    "captcha-whisperer==0.1.0": ("captcha_whisperer/models/captcha_crnn.onnx",),
    "dksplit==1.0.2": ("dksplit/models/dksplit-int8.onnx",),
    "ao-compensation-model==0.1.6": ("ao_compensation_model/model/2026_03_24_18_43_0.1902/gru_model.keras",),
    "flavorfetcher==1.0.0": ("flavorfetcher/data/100_2021-04-20 10_38_24.203316_3_epochs_re-run_model.h5",),
    "russtress==0.1.4": ("russtress/weights.96.hdf5",),
}


def package_file(name: str) -> Path:
    """Where a file of `WANTED` or `OPENED` is, once it was fetched: a test that asks for one is marked `peers`."""
    return next(_place(wanted, name) for wanted, files in (WANTED | OPENED).items() if name in files)


def fetched() -> bool:
    """Whether all files are there."""
    return all(_place(wanted, name).is_file() for wanted, files in WANTED.items() for name in files)


def fetch(packages: dict[str, tuple[str, ...]] = WANTED) -> list[Path]:
    """Fetch what is missing; the paths of all files."""
    for wanted, files in packages.items():
        if not all(_place(wanted, name).is_file() for name in files):
            with tempfile.TemporaryDirectory() as folder:
                _extract(_downloaded(wanted, Path(folder)), wanted, files)
    return [_place(wanted, name) for wanted, files in packages.items() for name in files]


def _place(wanted: str, name: str) -> Path:
    return CACHE / wanted.replace("==", "-") / name


def _downloaded(wanted: str, folder: Path) -> Path:
    """The package's archive, from the index that pip is set up with; its dependencies are left alone."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--dest", str(folder), wanted], check=True)
    (archive,) = folder.iterdir()
    return archive


def _extract(archive: Path, wanted: str, files: tuple[str, ...]) -> None:
    """The wanted files of a wheel, or of a source archive, all of whose files are in one folder."""
    if archive.suffix == ".whl":
        with ZipFile(archive) as file:
            found = {name: file.read(name) for name in files}
    else:
        with tarfile.open(archive) as file:
            top = file.getnames()[0].split("/")[0]
            members = {name: file.extractfile(f"{top}/{name}") for name in files}
            found = {name: member.read() for name, member in members.items() if member}
    for name, data in found.items():
        path = _place(wanted, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".part")
        partial.write_bytes(data)
        partial.replace(path)


if __name__ == "__main__":
    for path in fetch():
        print(path.relative_to(CACHE))
