# make app   set up and start the app          make test   set up, check, and run every test
# make bench set up and run the measurements   make check  style and types, without the tests
# make space SPACE=owner/name [GPU=1] [DRY_RUN=1]   put the app on the Hugging Face Hub
# make model DATA=folder   train the bundled model anew from the corpora (hours; goes on after an interruption)
#                                              make clean  remove what set-up made

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
# A machine with an NVIDIA GPU gets TensorFlow with its CUDA libraries.
REQUIREMENTS := $(shell nvidia-smi -L >/dev/null 2>&1 && echo requirements-gpu.txt || echo requirements.txt)

.PHONY: app test check bench model space setup setup-test clean
.DEFAULT_GOAL := app

app: setup
	$(PY) app.py

test: check setup-test
	$(PY) -m pytest -q -n 2 --dist loadfile tests

check: $(VENV)/installed-requirements-test.txt
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: setup
	$(PY) -m bench.keystroke
	$(PY) -m bench.training

model: setup
	@test -n "$(DATA)" || { echo "Say where the corpora are: make model DATA=../shared/data" >&2; exit 2; }
	$(PY) -m bench.bundled "$(DATA)"

space: setup
	@test -n "$(SPACE)" || { echo "Say where: make space SPACE=owner/name" >&2; exit 2; }
	$(PY) -m headline publish "$(SPACE)" $(if $(GPU),--gpu) $(if $(DRY_RUN),--dry-run)

setup: $(VENV)/installed-$(REQUIREMENTS)

setup-test: $(VENV)/installed-requirements-test.txt
	$(PY) -m tests.browser.chromium

# A file beside the packages tells that they were installed from this very list.
$(VENV)/installed-requirements-test.txt: requirements-test.txt $(VENV)/installed-$(REQUIREMENTS)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

$(VENV)/installed-$(REQUIREMENTS): $(REQUIREMENTS) requirements.txt $(PY)
	@echo "Installing $(REQUIREMENTS) into $(VENV) (about 2 GB, some minutes the first time)"
	$(PY) -m pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@touch $@

# The first Python on the path that TensorFlow has wheels for and that can make an environment.
$(PY):
	@for p in $(PYTHON) python3.12 python3.11 python3.13 python3; do \
		if $$p -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$p --version)"; exec $$p -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "headline needs Python 3.11, 3.12 or 3.13 with its venv module (Debian: apt-get install python3-venv)." >&2; exit 1

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache dist
