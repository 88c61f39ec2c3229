# arb1d: what a developer or an operator types. `make` alone lists the targets.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run run-live test soak tsan coverage day conformance fuzz bench build release format lint tidy clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Build, then run arb1d against simulated venues; PORT=5000 SYMBOLS=40 RATE=500 SEED=1
	@scripts/run.sh

run-live: ## Build, then run arb1d against the real venues: public data, no keys; PORT=5000
	@scripts/run-live.sh

test: ## Install what the tests need, then check and test everything: what CI runs
	@scripts/test.sh

soak: ## Misbehaving venues for ten minutes, every connection replaced every 20 s; HOURS=24 or SECONDS=30, SEED=1
	@scripts/check.sh build && scripts/setup.sh run && SOAK_SECONDS='$(SECONDS)' HOURS='$(HOURS)' scripts/soak.sh

tsan: ## Run the metrics under ThreadSanitizer, many threads at once; SECONDS=30 SEED=
	@scripts/tsan.sh "$(or $(SECONDS),30)" $(SEED)

coverage: ## Show which share of the lines the tests run, for each module; they run when they must
	@scripts/check.sh build && scripts/setup.sh test && scripts/coverage.sh

day: ## Let the engine live through a day of virtual time of 900 instruments, flat in memory; INSTRUMENTS=900 HOURS=24
	@scripts/check.sh build && scripts/setup.sh run && scripts/day.sh

conformance: ## Let the Autobahn cases judge our WebSocket client and server
	@scripts/conformance.sh

fuzz: ## Look for bytes that break an adapter or the frame walk; SECONDS_EACH=600 JOBS=2
	@scripts/fuzz.sh

bench: ## Measure, each row beside its floor or peer; PAIRS=5 ROWS=decode,join,...
	@scripts/bench.sh

build: ## Build everything for debugging, tests included
	@scripts/check.sh build && scripts/setup.sh run && scripts/build.sh debug

release: ## Build arb1d and exchange-sim for use
	@scripts/check.sh build && scripts/setup.sh run && scripts/build.sh release

format: ## Lay out the Swift sources as .swift-format says
	@scripts/lint.sh --fix

lint: ## Check the layout of Swift sources, and the shell scripts
	@scripts/lint.sh

tidy: ## Check the rules between modules: imports, unwraps, sleeps, sizes
	@scripts/check.sh build && scripts/setup.sh run && scripts/tidy.sh

clean: ## Remove everything that was built or logged
	rm -rf .build .run
