# make app   set up and start the app          make test   set up, check, and run every test
# make bench set up and run the measurements   make check  style and types, without the tests
# make space SPACE=owner/name [GPU=1] [DRY_RUN=1]   put the app on the Hugging Face Hub
# make model DATA=folder VECTORS=file   train the bundled model anew from the corpora (hours; goes on after an interruption)
# make kernels   build assets/engine/kernels.wasm from its text (needs npx)
# make lock  write the lock files anew           make audit  look for known faults in what they list
#                                              make clean  remove what set-up made

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
# A machine with an NVIDIA GPU gets TensorFlow with its CUDA libraries.
REQUIREMENTS := $(shell nvidia-smi -L >/dev/null 2>&1 && echo requirements-gpu.txt || echo requirements.txt)

# uv installs in seconds what takes pip minutes; it is used if it is there.
UV := $(shell command -v uv 2>/dev/null)

.PHONY: app test check bench model space kernels setup setup-test lock audit clean
.DEFAULT_GOAL := app

app: setup
	$(PY) app.py

test: check setup-test
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests

check: $(VENV)/installed-requirements-test.txt
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

bench: setup
	$(PY) -m bench.keystroke
	$(PY) -m bench.training

model: setup
	@test -n "$(DATA)" || { echo "Say where the corpora are: make model DATA=../shared/data" >&2; exit 2; }
	$(PY) -m bench.bundled "$(DATA)" $(if $(VECTORS),--vectors "$(VECTORS)")

kernels:
	npx --yes --package=wabt@1.0.37 wat2wasm assets/engine/kernels.wat --output=assets/engine/kernels.wasm

space: setup
	@test -n "$(SPACE)" || { echo "Say where: make space SPACE=owner/name" >&2; exit 2; }
	$(PY) -m headline publish "$(SPACE)" $(if $(GPU),--gpu) $(if $(DRY_RUN),--dry-run)

setup: $(VENV)/installed-$(REQUIREMENTS)

setup-test: $(VENV)/installed-requirements-test.txt
	$(PY) -m tests.browser.chromium

# Install a list of requirements: from its lock file if it has one, each package by its hash, and else by its ranges.
define install
@if [ -f $(basename $(1)).lock ]; then set -- --require-hashes -r $(basename $(1)).lock; else set -- -r $(1); fi; \
echo "Installing $$* into $(VENV) (about 2 GB the first time)"; \
if [ -n "$(UV)" ]; then "$(UV)" pip install --quiet --python $(PY) "$$@"; \
else $(PY) -m pip install --quiet --disable-pip-version-check "$$@"; fi
endef

# A file beside the packages tells that they were installed from this very list.
$(VENV)/installed-requirements-test.txt: requirements-test.txt $(wildcard requirements-test.lock) $(VENV)/installed-$(REQUIREMENTS)
	$(call install,requirements-test.txt)
	@touch $@

$(VENV)/installed-$(REQUIREMENTS): $(REQUIREMENTS) requirements.txt $(wildcard requirements.lock) $(PY)
	$(call install,$(REQUIREMENTS))
	@touch $@

# The newest releases that the ranges allow, for every system and Python that the program runs on.
lock:
	@test -n "$(UV)" || { echo "make lock needs uv: pip install uv" >&2; exit 2; }
	$(call compile,requirements)
	$(call compile,requirements-test,--constraint requirements.lock)

compile = "$(UV)" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(2) $(1).txt --output-file $(1).lock

# In an environment of its own, so that it audits the lists and not itself. It asks a public database.
audit: $(VENV)/audit/bin/pip-audit
	$< --disable-pip --require-hashes --requirement requirements.lock --requirement requirements-test.lock $(AUDIT)

$(VENV)/audit/bin/pip-audit: $(PY)
	$(PY) -m venv --clear $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check "pip-audit>=2.10,<3"

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
