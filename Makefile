# Two commands are all that a newcomer needs: `make demo` and `make test`.
# Each makes its own virtual environment from the lock file first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder
RESOLVE = uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11

.PHONY: help demo test check format bench fuzz chaos gallery renew docs site migration lock clean
.DEFAULT_GOAL := help

help:            ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY)   ## Watch a code PR being blocked by a Draft plan and freed by its approval
	@$(BIN)/plan-gate demo $(ARGS)

test: $(READY)   ## Run everything that gates a change: lint, types, layers, tests, coverage
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coverage erase
	$(BIN)/python $(PYTEST) -m repeated $(ARGS)
	$(BIN)/coverage run $(PYTEST) -m "not postgres and not repeated" $(ARGS)
	$(BIN)/coverage run --concurrency=thread,greenlet $(PYTEST) -m postgres $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

check: $(READY)  ## Only the static part of `make test`, in seconds
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code and apply safe lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## Measure speed, as ratios: WHAT is plans (default), ingest, starts, drain, scale, backfill or report
	@$(BIN)/python -m bench.$(or $(WHAT),plans) $(ARGS)

fuzz: $(READY)   ## Fuzz the plan language for SECONDS (default 60)
	$(BIN)/python -m tests.fuzz $(or $(SECONDS),60)

chaos: $(READY)  ## Kill processes at random on both databases (ARGS="--kills 1000 --seed 7")
	$(BIN)/python -m tests.chaos $(ARGS)

gallery: $(READY) ## Show every message on one page, gallery.html
	@$(BIN)/python -m tests.gallery $(ARGS)

renew: $(READY)  ## Keep the messages as they are now in tests/snapshots, for the review of the change
	$(BIN)/python -m pytest -n auto --renew tests/unit/test_gallery.py tests/system/test_conversations.py

docs: $(READY)   ## Generate what docs/ tells of rules, verdicts, commands and configuration again
	$(BIN)/python -m bot.plan.reference docs/rules
	$(BIN)/python -m bot.report.reference docs/policy.md
	$(BIN)/python -m bot.report.commands_reference docs/commands.md
	$(BIN)/python -m bot.config.jsonschema docs/plan-gate.schema.json

site:            ## Build docs/ as a site in .site (installs MkDocs Material in .venv-site)
	test -x $(VENV)-site/bin/mkdocs || $(PYTHON) -m venv $(VENV)-site
	$(VENV)-site/bin/pip install --quiet --disable-pip-version-check -r docs/site/requirements.txt
	$(VENV)-site/bin/mkdocs build --quiet --strict --config-file docs/site/mkdocs.yml

migration: $(READY)  ## Begin the next migration of the database, called NAME
	$(BIN)/python -m tests.new_migration "$(NAME)"
	@$(BIN)/ruff format --quiet bot/work/migrations

lock:            ## Resolve the three lock files anew (needs uv): all, the runtime alone, the build alone
	$(RESOLVE) --group pyproject.toml:dev --output-file requirements.lock pyproject.toml
	$(RESOLVE) --no-annotate --constraint requirements.lock --output-file requirements.runtime.lock pyproject.toml
	$(RESOLVE) --no-annotate --constraint requirements.lock --group pyproject.toml:build --output-file requirements.build.lock

clean:           ## Remove the virtual environment and all caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov .site $(VENV)-site

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Plan Gate needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
