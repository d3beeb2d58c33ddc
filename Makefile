# make run    set everything up, then open the dashboard
# make test   set everything up, then check and test all of it
# make bench  set everything up, then measure (PyTorch is installed as the peer)
# make peers  install the frameworks whose files are read, and fetch the published models that must load

PYTHON ?= python3
TORCH ?= torch==2.13.0
KERAS ?= keras==3.15.1 tensorflow-cpu==2.21.0 tf_keras==2.21.0
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench torch peers clean

run: $(VENV)/app
	$(BIN)/streamlit run app.py

test: check
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/dev torch
	$(BIN)/python -m benchmarks

torch: $(VENV)/dev
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install --quiet $(TORCH)

# Keras 3 runs on PyTorch, and Keras 2 (tf_keras) on TensorFlow.
peers: torch
	$(BIN)/python -c "from importlib.util import find_spec as f; exit(not (f('keras') and f('tf_keras')))" \
		|| $(BIN)/pip install --quiet $(KERAS)
	$(BIN)/python -m tests.formats.packages

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/app: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

# The tests drive an installed Chromium; where there is none, Playwright fetches its own.
$(VENV)/dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	command -v chromium chromium-browser >/dev/null || $(BIN)/playwright install --with-deps chromium
	touch $@ $(VENV)/app
