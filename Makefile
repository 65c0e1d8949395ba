# Needs make and a Python 3.11 or newer; everything else goes into .venv, beside this file.
# PYTHON= chooses the Python: make demo PYTHON=/opt/python3.12/bin/python3
.PHONY: help demo test docs bench bench-matching bench-library bench-triage bench-export bench-postgres bench-writers bench-peers fuzz audit lock clean FORCE
.NOTPARALLEL: # two installs into one environment would trip over each other
.DEFAULT_GOAL := help

PYTHON ?=
PAPERS ?= 100000
ONLY ?=
SECONDS ?= 120
export PYTHON
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV # the caller's environment is not ours

BIN := .venv/bin
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp
DEMO := data/demo.db

help: ## what can be made here
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile

demo: $(RUNTIME) ## read the demo pages into data/demo.db and print the digest
	@mkdir -p data
	@rm -rf $(DEMO) $(DEMO)-wal $(DEMO)-shm $(DEMO).pages
	$(BIN)/papertide --library $(DEMO) add fixtures/pages
	$(BIN)/papertide --library $(DEMO) digest
# The pages' own time, so that every day's run prints the same.
demo: export PAPERTIDE_TODAY := 2026-11-21

test: $(DEV) ## lint, types, import contracts, tests with branch coverage
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest --cov -n auto

docs: $(DEV) ## make what in docs/ follows from the program, and draw the pictures
	$(BIN)/python -m tools.documents
	$(BIN)/python -m tests.tui.pictures
	$(BIN)/python -m tests.views.pictures

bench: $(DEV) ## measure all there is (or ONLY="startup searching"), sizes after PAPERS, into docs/benchmarks.md
	@$(BIN)/python bench/all.py --papers $(PAPERS) $(ONLY)

bench-library: $(RUNTIME) ## measure a library of PAPERS papers (default: 100,000)
	@$(BIN)/python bench/library.py --papers $(PAPERS)

bench-matching: $(RUNTIME) ## measure matching alone: quality, and 1,000,000 titles
	$(BIN)/python bench/matching.py
	$(BIN)/python bench/matching_scale.py --titles 1000000

bench-triage: $(DEV) ## measure the ranking: reading saved, speed, decisions kept
	$(BIN)/python bench/triage.py

bench-postgres: $(DEV) ## measure a library on a PostgreSQL server, of PAPERS papers (a tenth of them made, each ten times)
	@$(BIN)/python bench/postgres.py --papers $$(($(PAPERS) / 10)) --times 10

bench-writers: $(DEV) ## let many add at once to a library on a server, one of them killed each time
	@$(BIN)/python bench/postgres_writers.py

bench-export: $(RUNTIME) ## measure exports of 100,000 papers
	$(BIN)/python bench/exporting.py

bench-peers: $(DEV) ## measure other programs beside ours, each in an environment of its own
	@$(BIN)/python bench/peers.py

fuzz: $(RUNTIME) ## fuzz every target for SECONDS (default: 120), in an environment of its own
	@$(BIN)/python -m venv --clear .venv/fuzz
	@.venv/fuzz/bin/pip install --quiet -c constraints.txt -e . atheris bibtexparser feedparser html5lib pyyaml rispy
	.venv/fuzz/bin/python fuzz/fuzz.py --seconds $(SECONDS)

audit: $(RUNTIME) ## check the pinned packages for known vulnerabilities, where their database answers
	@$(BIN)/python tools/audit.py

lock: $(DEV) ## pin what is installed now in constraints.txt
	$(BIN)/python tools/lock.py

clean: ## remove the environment and what the tools left
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage $(DEMO) $(DEMO)-wal $(DEMO)-shm $(DEMO).pages

# Empty where .venv runs and belongs to this checkout; else every stamp is out of date, whatever its age.
BROKEN := $(shell PYTHON='$(PYTHON)' $(BIN)/python -E tools/environment.py check >/dev/null 2>&1 || echo FORCE)

$(RUNTIME) $(DEV): pyproject.toml constraints.txt tools/environment.py $(BROKEN)
	@set -- python3.13 python3.12 python3.11 python3; [ -z "$$PYTHON" ] || set -- "$$PYTHON"; \
	for need in ensurepip pip sys; do \
	  for python do \
	    if "$$python" -E -c "import sys, venv, $$need; sys.exit(sys.version_info < (3, 11))" >/dev/null 2>&1; then \
	      exec "$$python" -E tools/environment.py $(@F:.stamp=); \
	    fi; \
	  done; \
	done; \
	echo "$${PYTHON:-Python} is no working Python 3.11 or newer: install one, or point PYTHON= at it." >&2; exit 1
