"""What was chosen for a file on the Models page, as JSON that the browser keeps beside the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...bounded_json import parse_json
from ...errors import DamagedFileError, RnnvizError
from ...text.tokens import Vocabulary
from . import catalogue
from .opened_file import OpenedFile, StackModel

NAME = "rnnviz-kept.json"  # of the file, beside those of the model


def to_text(file: OpenedFile) -> str:
    """The choices for a file, and by task the models that it became or would become now."""
    return json.dumps(
        {
            "overrides": file.overrides,
            "texts": file.texts,
            "choices": [*file.choices.items()],
            "models": {task: _to_json(model) for task, model in models(file).items()},
        }
    )


def models(file: OpenedFile) -> dict[str, StackModel]:
    """The models of a file by the task that each has in links, or would get when it is opened now."""
    found = {file.tasks[stack]: model for stack, model in file.entered.items() if stack in file.tasks}
    current = file.current
    if current is not None and current not in found.values():
        found[catalogue.free_name(catalogue.slug(current.name))] = current
    return found


def restore(file: OpenedFile, text: bytes) -> dict[str, StackModel]:
    """Choose for a file what was chosen before. Returns its models by task; none where the text is damaged."""
    if file.checkpoint is None or file.is_archive:
        return {}
    try:
        kept = parse_json("What was chosen", text)
        overrides = {str(stack): _texts(values) for stack, values in kept["overrides"].items()}
        for stack, values in overrides.items():
            file.contents.convert(stack, **values)
        texts = {str(key): (str(name), str(text)) for key, (name, text) in kept["texts"].items()}
        choices = _texts(dict(kept["choices"]))
        found = {str(task): _from_json(model) for task, model in kept["models"].items()}
    except (RnnvizError, AttributeError, KeyError, TypeError, ValueError):
        return {}
    file.overrides, file.texts, file.restored = overrides, texts, choices
    return found


def _to_json(model: StackModel) -> dict[str, Any]:
    return {
        "stack": model.stack,
        "name": model.name,
        "vocabulary": None if model.vocabulary is None else model.vocabulary.to_json(),
        "labels": model.labels,
        "overrides": dict(model.overrides),
    }


def _from_json(kept: Mapping[str, Any]) -> StackModel:
    vocabulary, labels = kept["vocabulary"], kept["labels"]
    if vocabulary is not None and not all(isinstance(token, str) for token in vocabulary["tokens"]):
        raise DamagedFileError("A vocabulary that was kept has tokens that are no texts.", code="json", name=NAME)
    return StackModel(
        str(kept["stack"]),
        str(kept["name"])[: catalogue.LONGEST_NAME],
        None if vocabulary is None else Vocabulary.from_json(vocabulary),
        None if labels is None else [str(label) for label in labels],
        _texts(kept["overrides"]),
    )


def _texts(values: Mapping[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in values.items()}
