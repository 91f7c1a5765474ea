# Every target calls setup, which installs what is missing and ends at once when nothing is.
PY := .venv/bin/python
RUNS ?= 20
# What the suite does a few times, soak does so often: see CONTRIBUTING.
# One arena: several hold on to up to 10 MiB of what libVLC's many threads gave back, which looks like growth and is none.
LARGE = KILLS=2000 MUSECLOCK_CHAIN_KILLS=200 MUSECLOCK_CHAIN_EXAMPLES=250 MUSECLOCK_ANVIL=1 MUSECLOCK_FLIPS=600 \
	MUSECLOCK_PLAYER_CYCLES=1000 MUSECLOCK_PLAYER_MINUTES=180 MUSECLOCK_MUTATED=500 MUSECLOCK_NORMAL_WORLD=1 \
	MUSECLOCK_MEMBERSHIP_EXAMPLES=600 MALLOC_ARENA_MAX=1
ONLY ?=
TESTS ?= tests
# A file's tests stay in one process, because they share its worlds. A third of the time is waiting: for films to play,
# for disks, for services to start; so three on two cores.
JOBS ?= 3
PYTEST = $(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.PHONY: help setup clients demo test coverage check format bench shots lock soak clean

help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: ## install what is missing: system libraries, .venv, the project
	@scripts/setup

clients: setup ## install the clients of others that tests pay with (npm)
	@scripts/setup-clients

demo: setup ## open the demo world; without a display, run the tour on a virtual one
	@scripts/demo

test: clients ## run the whole suite
	@$(PYTEST) $(TESTS)

coverage: clients ## run the suite, child processes too, and name the lines that it missed
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest -q $(TESTS)
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage report

check: setup ## lint, formatting, types, import arrows
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

format: setup ## apply the formatter and the safe fixes
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: setup ## measure; ONLY=group for one group; writes bench.json
	@$(PY) -m tests.bench $(if $(ONLY),--only $(ONLY)) --out bench.json

shots: setup ## every page and state as PNG under shots/
	@scripts/shots

soak: clients ## the large sizes once (hours), then the suite RUNS times in random order, until one fails
	@$(PY) -m tests.contracts.mutants
	@$(LARGE) $(PYTEST) -q tests/contracts tests/integration/chain tests/integration/host tests/integration/player/test_player_soak.py \
		tests/integration/media/test_hostile_files.py tests/integration/node/test_node_membership_sums.py
	@for run in $$(seq $(RUNS)); do echo "run $$run of $(RUNS)"; $(PYTEST) -q $(TESTS) || exit 1; done

lock: setup ## resolve requirements/*.txt anew from pyproject.toml
	@scripts/lock

clean: ## remove what the targets leave behind, except .venv
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist shots bench.json tour.json
