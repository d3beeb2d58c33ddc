# make run    set everything up, then open the dashboard
# make test   set everything up, then check and test all of it
# make bench  set everything up, then measure (PyTorch is installed as the peer)

PYTHON ?= python3
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench torch clean

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
