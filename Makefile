# make demo      set up, then ask the main question and write demo-report.html
# make serve     the same set-up, then the portal at http://127.0.0.1:8000
# make test      set up what tests need, check the code, run every test
# make test-all  the same with the slow tests
# make bench     measure, with MLflow and pygeoapi beside where they can be installed
# make check     format, lint, types and import floors alone

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SETUP := PYTHON="$(PYTHON)" scripts/setup
NEEDED := pyproject.toml constraints.txt scripts/setup scripts/frontend $(wildcard agglo/portal/frontend/*)

.PHONY: demo serve test test-all check bench translations clean

demo: $(VENV)/.ready-base
	@$(BIN)/agglo demo

serve: $(VENV)/.ready-base
	@$(BIN)/agglo serve

test: $(VENV)/.ready-test
	@scripts/check
	@scripts/test -m "not slow"

test-all: $(VENV)/.ready-test
	@scripts/check
	@scripts/test

check: $(VENV)/.ready-test
	@scripts/check

bench: $(VENV)/.ready-test
	@scripts/bench

translations: $(VENV)/.ready-test
	@$(BIN)/python scripts/translations

$(VENV)/.ready-base: $(NEEDED)
	@$(SETUP) base

$(VENV)/.ready-test: $(NEEDED)
	@$(SETUP) test

clean:
	rm -rf $(VENV) build *.egg-info
