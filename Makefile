# Every verb sets up what it needs: a virtual environment with the pinned packages.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
export OPENBLAS_NUM_THREADS ?= 1
WORLD  ?= game_knowledge/ebbhold
BASE   := $(VENV)/.base-installed
DEV    := $(VENV)/.dev-installed
TRAIN  := $(VENV)/.train-installed
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps

.DEFAULT_GOAL := help
.PHONY: help answers demo serve chat doctor attack test lint format bench bench-turn bench-lexical bench-lore bench-memory bench-play bench-retrieval bench-sentiment bench-quick storytest understanding walk world-check clean

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(BASE) ## talk to the demo world over HTTP, then keep serving (ONCE=1: end, PORT=8000)
	@$(BIN)/dramatis demo --port $(PORT) $(if $(ONCE),--once)

serve: $(BASE) ## serve the API (PORT=8000)
	@$(BIN)/dramatis serve --port $(PORT)

chat: $(BASE) ## hold a conversation in the terminal
	@$(BIN)/dramatis chat

doctor: $(BASE) ## check every part of this machine
	@$(BIN)/dramatis doctor

test: $(DEV) ## run the tests
	@$(BIN)/python -m pytest

attack: $(BASE) ## play the world's attacks and harmless talk (ARGS="--sample 60 --split dev")
	@$(BIN)/dramatis attack $(WORLD) $(ARGS)

lint: $(DEV) ## ruff (format and check), mypy --strict, import-linter, the world's files
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --verbose
	@$(BIN)/dramatis world check $(WORLD)

format: $(DEV) ## write the code as ruff wants it
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: bench-lexical bench-lore bench-memory bench-play bench-retrieval bench-sentiment bench-turn ## run every benchmark; results in benchmarks/results

bench-turn: $(DEV) ## the platform's own time a turn, against stock parts
	@$(BIN)/python -m benchmarks.bench_turn $(ARGS)

bench-lexical: $(DEV) ## lexical search against rank_bm25
	@$(BIN)/python -m benchmarks.bench_lexical $(ARGS)

bench-lore: $(DEV) ## how often the right passage is found (SPLIT=test; BARE=1: of a world without expected questions)
	@$(BIN)/python -m benchmarks.bench_lore --split $(or $(SPLIT),test) $(if $(BARE),--bare) $(ARGS)

bench-memory: $(DEV) ## what is remembered, what is not, and what a recall costs (SPLIT=test)
	@$(BIN)/python -m benchmarks.bench_memory --split $(or $(SPLIT),test) $(ARGS)

bench-play: $(DEV) ## whether players are understood (WORLD=DIR SPLIT=test ARGS="--show 10 --cases DIR")
	@$(BIN)/python -m benchmarks.bench_play --world $(WORLD) --split $(or $(SPLIT),test) $(ARGS)

bench-retrieval: $(DEV) ## against LangChain, Milvus hybrid and bm25s (SQUAD="FILE ...": sets in the SQuAD format too)
	@$(BIN)/python -m benchmarks.bench_retrieval $(if $(SQUAD),--squad $(SQUAD)) $(ARGS)

bench-sentiment: $(DEV) ## how rightly feelings are read, in both languages (SPLIT=test)
	@$(BIN)/python -m benchmarks.bench_sentiment --split $(or $(SPLIT),test) $(ARGS)

bench-quick: ## a small run of each benchmark, as CI does
	@$(MAKE) --no-print-directory bench-lexical bench-memory bench-retrieval bench-turn ARGS=--quick

understanding: $(TRAIN) ## train what reads utterances, about six hours on two cores (OUT=FOLDER)
	@$(BIN)/python -m training.understanding.encoder
	@$(BIN)/python -m training.understanding.train --out $(or $(OUT),.dramatis/understanding) --states $(or $(OUT),.dramatis/understanding)/states.pt --dev 04_modern_and_noir,04_idioms --test 08_newcomers_worlds,04_strangers $(ARGS)
	@$(BIN)/python -m training.understanding.heads $(or $(OUT),.dramatis/understanding) --states $(or $(OUT),.dramatis/understanding)/states.pt
	@$(BIN)/python -m training.understanding.export $(or $(OUT),.dramatis/understanding) --dev 04_modern_and_noir

answers: $(TRAIN) ## train what reads which sentence answers: hours on two cores (SQUAD=FILE OUT=FOLDER)
	@$(BIN)/python -m training.answers.train --out $(or $(OUT),.dramatis/answers) --epochs 2 $(if $(SQUAD),--squad $(SQUAD)) $(ARGS)
	@$(BIN)/python -m training.answers.export $(or $(OUT),.dramatis/answers)

storytest: $(BASE) ## run a world's story tests (WORLD=game_knowledge/ebbhold ARGS="--model ollama/NAME")
	@$(BIN)/dramatis storytest $(WORLD) $(ARGS)

walk: $(DEV) ## random walks of turns, saves and loads against the plain rules (STEPS=10000)
	@DRAMATIS_WALK_STEPS=$(or $(STEPS),10000) $(BIN)/python -m pytest tests/walks -s

world-check: $(BASE) ## check a world's files (WORLD=game_knowledge/ebbhold)
	@$(BIN)/dramatis world check $(WORLD)

clean: ## remove the virtual environment and the state folder, memories and all
	rm -rf $(VENV) .dramatis

$(BIN)/python:
	@echo "making a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@$(PYTHON) -m venv $(VENV)

# --no-deps: the lock is whole, and one package asks for another that only its downloads need.
$(BASE): requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing the pinned packages (a minute or two the first time)"
	@$(PIP) -r requirements.lock
	@$(PIP) --editable .
	@touch $@

$(DEV): requirements-dev.lock $(BASE)
	@echo "installing what tests and linting need"
	@$(PIP) -r requirements-dev.lock
	@touch $@

$(TRAIN): requirements-train.lock $(DEV)
	@echo "installing what training needs"
	@$(PIP) -r requirements-train.lock
	@touch $@
