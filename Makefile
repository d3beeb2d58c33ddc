# make run    set everything up, then open the dashboard
# make test   set everything up, PyTorch included, then check and test all of it
# make peers  install the other frameworks and nbconvert, fetch the published models, then run the tests that need them
# make wheel  build the package in dist/, then install it in an empty environment and test it there
# make servers  run the tests that need HAProxy, and with RNNVIZ_BASE=an/image those that build the server's image on it
# make bench  set everything up, then measure (PyTorch is the peer)
# make lock   pin every package of the server with hashes, in deploy/requirements.lock
# make audit  ask for known vulnerabilities in the packages that it lists

PYTHON ?= python3
# PyTorch is what most results are compared with. Where pip's own choice is a large build for GPUs, name another one:
# make test TORCH="torch==2.13.0 --index-url ..."
TORCH ?= torch==2.13.0
KERAS ?= keras==3.15.1 tensorflow-cpu==2.21.0 tf_keras==2.21.0
NOTEBOOK ?= nbconvert==7.17.2 ipykernel==7.4.0
TOOLS ?= pip-tools==7.6.2 pip-audit==2.10.1 build==1.6.1 twine==7.0.0
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist worksteal --durations=10

export DENO_NO_UPDATE_CHECK := 1

.PHONY: run test check bench peers wheel lock audit clean

run: $(VENV)/app
	$(BIN)/streamlit run app.py

test: check $(VENV)/torch
	$(PYTEST)

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --quiet rnnviz tests/js
	$(BIN)/deno fmt --check --quiet
	$(BIN)/deno check --quiet rnnviz

bench: $(VENV)/torch
	$(BIN)/python -m benchmarks

peers: $(VENV)/peers
	RNNVIZ_NO_SKIPS=1 $(PYTEST) -m "peers or notebook$(if $(RNNVIZ_DATA), or data)"

# The wheel is built from the source archive, so that both are whole.
wheel: $(VENV)/tools $(VENV)/dev
	rm -rf dist
	$(VENV)/tools/bin/python -m build
	$(VENV)/tools/bin/twine check --strict dist/*
	RNNVIZ_NO_SKIPS=1 RNNVIZ_WHEEL=$$(echo dist/*.whl) $(BIN)/python -m pytest tests/browser/test_wheel.py --durations=10

servers: $(VENV)/dev
	RNNVIZ_NO_SKIPS=1 RNNVIZ_SERVERS=1 $(PYTEST) --dist loadfile -m "proxy$(if $(RNNVIZ_BASE), or image)"

lock: $(VENV)/tools
	CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/tools/bin/pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --output-file deploy/requirements.lock requirements.txt

audit: $(VENV)/tools
	$(VENV)/tools/bin/pip-audit --require-hashes --disable-pip --requirement deploy/requirements.lock

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Apart from the rest, so that the tools' own packages are not among the pinned ones.
$(VENV)/tools: Makefile | $(BIN)/python
	$(PYTHON) -m venv $@
	$@/bin/pip install --quiet $(TOOLS)
	touch $@

$(VENV)/app: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements.txt
	touch $@

# The tests drive an installed Chromium; where there is none, Playwright fetches its own.
$(VENV)/dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/pip install --quiet -r requirements-dev.txt
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
		|| $(BIN)/playwright install --with-deps chromium
	touch $@ $(VENV)/app

$(VENV)/torch: $(VENV)/dev
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/pip install --quiet $(TORCH)
	touch $@

# Keras 3 runs on PyTorch, and Keras 2 (tf_keras) on TensorFlow.
$(VENV)/peers: $(VENV)/torch tests/checkpoints/published_packages.py
	$(BIN)/pip install --quiet $(KERAS) $(NOTEBOOK)
	$(BIN)/python -m tests.checkpoints.published_packages
	touch $@
