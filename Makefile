# One target per task. Each makes the environment it needs; a fresh clone needs Python 3.11 or later with venv, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
THIRD_PARTY := src/doseloop/web/static/third_party
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: demo test views check docs bench soak chaos hostile mutations fuzz screenshots lock clean

# A virtual hospital sends its doses to a real server: prints the address and a log-in.
demo: $(VENV)/runtime $(THIRD_PARTY)/done
	@$(BIN)/doseloop demo

# Everything that CI runs: every test on SQLite, then those that touch the record on PostgreSQL.
test: $(VENV)/dev $(THIRD_PARTY)/done check
	@$(BIN)/python tools/real_peers.py
	$(BIN)/pytest -n auto --maxprocesses 4
	@if $(BIN)/python -m tests.postgresql; then set -x; $(BIN)/pytest -n auto --maxprocesses 4 -m record --record=postgresql; fi

# Accessibility of every page and state in both themes at both widths; `make test` takes each theme and each width once.
views: $(VENV)/dev $(THIRD_PARTY)/done
	@$(BIN)/python tools/real_peers.py
	EVERY_VIEW=1 $(BIN)/pytest tests/web/test_browser_axe.py tests/web/test_browser_states.py

# Style, types and the layers of the house.
check: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	DOSELOOP_DATA=build/mypy $(BIN)/mypy
	$(BIN)/lint-imports

# The pages of the documentation that the code itself says.
docs: $(VENV)/dev
	$(BIN)/python -m tools.generated_docs

# Every fault with its figures, and build/chaos.json. Root may mount the small disks; others skip them, and it says so.
chaos: $(VENV)/dev $(THIRD_PARTY)/done
	@$(BIN)/python tools/real_peers.py
	$(BIN)/python -m tests.chaos

# Speed and memory, with a peer or a limit beside each figure.
bench: $(VENV)/dev $(THIRD_PARTY)/done
	$(BIN)/python -m bench

# Ten thousand spoilt objects through the real readers: COUNT=1000 for fewer, SEED=2 for others.
mutations: $(VENV)/dev
	$(BIN)/python -m tests.mutation --count $(or $(COUNT),10000) --seed $(or $(SEED),1)

# Every fuzz target in turn: MINUTES=10 for all together.
fuzz: $(VENV)/dev
	$(BIN)/python -m tests.fuzz --minutes $(or $(MINUTES),10)

# Hostile DICOM peers against a real receiver while a scanner stores: PASS or FAIL, and build/hostile.json.
hostile: $(VENV)/dev $(THIRD_PARTY)/done
	$(BIN)/python -m bench.hostile

# Fifty objects a second over eight associations with ten people on the pages: PASS or FAIL, and build/soak.json.
soak: $(VENV)/dev $(THIRD_PARTY)/done
	$(BIN)/python -m bench.soak $(or $(SECONDS),1800) $(if $(CI),--correct)

# Every page in both themes and widths, into docs/screenshots.
screenshots: $(VENV)/dev $(THIRD_PARTY)/done
	@$(BIN)/python tools/real_peers.py
	$(BIN)/python -m tests.web.screenshots

# New versions of everything, locked with their hashes.
lock: $(VENV)/dev
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o locks/runtime.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o locks/dev.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header -c locks/dev.txt locks/build.in -o locks/build.txt
	npm update --package-lock-only

clean:
	rm -rf $(VENV) node_modules $(THIRD_PARTY) build

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Doseloop needs Python 3.11 or later; set PYTHON=..."; exit 1)
	@$(PYTHON) -m venv $(VENV) || (echo "The venv module is missing: apt install python3-venv"; exit 1)
	@touch $@

$(VENV)/runtime: $(VENV)/made locks/runtime.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r locks/build.txt -r locks/runtime.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: $(VENV)/runtime locks/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r locks/dev.txt
	@touch $@

# Scripts of the pages come from npm by the lock file, with the npm of the environment: the machine needs no Node.
$(THIRD_PARTY)/done: $(VENV)/runtime package-lock.json
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/npm ci --silent --ignore-scripts --no-audit --no-fund
	@mkdir -p $(THIRD_PARTY)
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/echarts/dist/echarts.min.js $(THIRD_PARTY)/
	@touch $@
