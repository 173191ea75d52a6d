# Two commands: «make chat» and «make test». Both set up .venv first, once.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: chat test lint bench lock clean screenshot
chat: $(STAMP)
	$(BIN)/python app.py

test: $(STAMP) lint
	$(BIN)/python -m pytest

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.encoder
	$(BIN)/python -m benchmarks.reader
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.idle
	$(BIN)/python -m benchmarks.browser
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.rivals
	$(BIN)/python -m benchmarks.summary

screenshot: $(STAMP)
	$(BIN)/python docs/screenshot.py

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $(STAMP)

# Renews constraints.txt: the newest versions that fit together, tried in an environment of its own.
lock:
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet ".[dev]"
	.venv-lock/bin/python -m pip freeze --exclude kallsvar \
		| sed -E 's/^(torch==[0-9.]+)\+cpu$$/\1/; /^(setuptools|pip|nvidia-|triton)/d' > constraints.txt
	rm -rf .venv-lock

clean:
	rm -rf .venv var
