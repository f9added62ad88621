# make demo    the whole path on a sample skull, with an error table     make test    all tests
# make check   style, types, floors                                      make bench   accuracy and speed
.DEFAULT_GOAL := help
SHELL := /bin/bash

# Any python from 3.11 to 3.13 makes the environment; python3 is preferred.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.made
TORCH := $(shell grep -m1 '^torch==' constraints-dev.txt)

# Real specimens, where there are any: see docs/how-to/evaluate.md.
SHARED_DATA := $(abspath ../shared/data)
ifneq ($(wildcard $(SHARED_DATA)/.),)
CRANIOMARK_DATA ?= $(SHARED_DATA)
endif
ifdef CRANIOMARK_DATA
export CRANIOMARK_DATA
endif

# One thread per process: spinning threads on shared cores cost more than they give.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
TEST_JOBS ?= 2
# Peers are run once and their points are committed: four hours that `make bench` does not repeat.
PEER := Testing/Benchmarks/syn_atlases.py
PEER_POINTS := Testing/Benchmarks/results/syn_atlases.csv
BENCHMARKS ?= $(addprefix Testing/Benchmarks/,orientation.py networks.py accuracy.py doubt.py faults.py \
	quick.py sample_size.py privacy.py ablation.py strains.py privacy_strains.py)

SHAPE := build/mouse-strains-shape

.PHONY: help demo test mutants check bench bench-peer bundle bundle-strains bundle-shape format wheel icon screenshots clean

help:
	@sed -n '1,2s/^# //p' Makefile
	@echo 'make mutants  make bench-peer  make bundle  make bundle-strains  make bundle-shape  make format  make wheel  make icon  make screenshots  make clean'

# torch first and alone: with a range, pip would fetch the variant with the largest libraries.
$(STAMP): pyproject.toml constraints-dev.txt hatch_build.py
	@test -n "$(PYTHON)" || { echo 'No Python 3.11, 3.12 or 3.13 was found: install one, or name it with PYTHON=path.' >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(TORCH)
	$(BIN)/python -m pip install --quiet -c constraints-dev.txt -e '.[cli,standalone,train,dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/craniomark demo $(DEMO_ARGS)

test: $(STAMP)
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(TEST_JOBS) $(TEST_ARGS)
# The double of Slicer changes Qt for its whole process, and trame keeps much per process. 5: no test was chosen.
	@failed=0; for folder in Testing/Modules/*/ Testing/Web/; do \
		$(ONE_THREAD) $(BIN)/python -m pytest $$folder $(TEST_ARGS) || [ $$? -eq 5 ] || failed=1; done; exit $$failed

# Mistakes planted into a module, one at a time, each of which its tests must notice: half an hour on a free machine.
MODULE ?= example/Example
MUTANT_ARGS ?= --limit 300 --log build/mutants-$(subst /,-,$(MODULE)).jsonl
MUTANT_TESTS := Testing/Modules/$(MODULE)
ifeq ($(MODULE),example/Example)
MUTATED := Testing/Modules/example/Example
MUTANT_TESTS := Testing/Modules/example/test_example.py
else ifeq ($(MODULE),AutoLandmark)
# What it shares with AutoOrient is judged by the tests of AutoOrient.
MUTATED := AutoLandmark $(patsubst %,craniomark/desktop/%.py,review_panel cohort_panel folder_panel review_table \
	review_points reviewing refining predicting landmark_desk landmark_folder background comparing)
else ifeq ($(MODULE),DeepSSMModule)
MUTATED := DeepSSMModule $(patsubst %,craniomark/desktop/%.py,shape_project shape_choices shape_work shape_desk \
	shape_results shape_steps_panel shape_heat_panel shape_modes_panel deepssm_config heat_colours heat_view \
	heat_histogram mode_mixer score_plot marked_chart vertex_probe bounding_box particle_points shape_predict_panel \
	shape_predicting)
else
MUTATED := $(MODULE) craniomark/desktop Resources/UI
endif
mutants: $(STAMP)
	$(ONE_THREAD) PYTHONPATH=Testing/Modules $(BIN)/python -m mutants $(MUTATED) --tests $(MUTANT_TESTS) \
		$(addprefix --equivalent ,$(wildcard $(MUTANT_TESTS)/equivalent.txt)) $(MUTANT_ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	@for script in $(BENCHMARKS); do echo "== $$script"; $(ONE_THREAD) $(BIN)/python $$script $(BENCH_ARGS) || exit 1; done

bench-peer: $(STAMP)
	$(BIN)/python -m pip install --quiet -c constraints-dev.txt -e '.[bench]'
	$(ONE_THREAD) $(BIN)/python $(PEER) --out $(PEER_POINTS)
	$(BIN)/python Testing/Benchmarks/speed.py
	$(ONE_THREAD) LD_LIBRARY_PATH=$(VENV)/lib $(BIN)/python Testing/Benchmarks/alpaca.py

# The bundle that is shipped, trained in half an hour to an hour; its manifest names the command. Stopped, it goes on.
bundle: $(STAMP)
	$(ONE_THREAD) $(BIN)/craniomark train all data="$(CRANIOMARK_DATA)/mmllm" out=build/mouse-skull name=mouse-skull version=1.1.0 \
		"species=Mus musculus, adult skull, micro-CT" "licence=Apache-2.0; the scans that it was made from state no licence" \
		"citation=CranioMark (see CITATION.cff); scans and landmarks: github.com/muratmaga/MMLLM"
	rm -rf Resources/Models/mouse-skull && cp -r build/mouse-skull/bundle/mouse-skull Resources/Models/mouse-skull

# The one for surface meshes, in about the same time.
bundle-strains: $(STAMP)
	$(ONE_THREAD) $(BIN)/craniomark train all data="$(CRANIOMARK_DATA)/mouse_models" out=build/mouse-strains recipe=surface \
		name=mouse-strains version=1.0.0 "species=Mus musculus, inbred strains, hybrids and wild-derived mice, adult skull, surface of a CT" \
		"licence=Apache-2.0; the meshes that it was made from state no licence" \
		"citation=CranioMark (see CITATION.cff); meshes and landmarks: github.com/SlicerMorph/Mouse_Models (Zhang et al. 2022, doi 10.1371/journal.pone.0278035)"
	rm -rf Resources/Models/mouse-strains && cp -r build/mouse-strains/bundle/mouse-strains Resources/Models/mouse-strains

# The shape model of the same meshes, in about twenty minutes. Training writes into its config: a copy is given.
bundle-shape: $(STAMP)
	$(ONE_THREAD) $(BIN)/craniomark shape model "$(CRANIOMARK_DATA)/mouse_models" -o $(SHAPE)/model \
		--template B6AF1_J --frame image --images 64
	$(ONE_THREAD) $(BIN)/craniomark deepssm augment --images $(SHAPE)/model/images \
		--particles $(SHAPE)/model/world_particles -o $(SHAPE)/augmented --num-samples 320
	$(ONE_THREAD) $(BIN)/craniomark deepssm loaders --csv $(SHAPE)/augmented/TotalData.csv --batch-size 4 --split 0.9 \
		-o $(SHAPE)/loaders
	cp Resources/Configs/deepssm/mouse-strains-shape.json $(SHAPE)/config.json
	$(ONE_THREAD) $(BIN)/craniomark deepssm train $(SHAPE)/config.json
	rm -rf Resources/Models/mouse-strains-shape
	$(BIN)/craniomark shape bundle $(SHAPE)/model $(SHAPE)/config.json -o Resources/Models/mouse-strains-shape \
		--landmarks "$(CRANIOMARK_DATA)/mouse_models" --command "make bundle-shape" --left-out 0.103 \
		--species "Mus musculus, inbred strains, hybrids and wild-derived mice, outer surface of the adult skull" \
		--licence "Apache-2.0; the meshes that it was made from state no licence" \
		--citation "CranioMark (see CITATION.cff); meshes and landmarks: github.com/SlicerMorph/Mouse_Models (Zhang et al. 2022, doi 10.1371/journal.pone.0278035)"

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(STAMP)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

icon: $(STAMP)
	$(BIN)/python Resources/Icons/draw_icon.py
	$(BIN)/python Resources/Icons/draw_module_icons.py

# Panels in all their states, drawn by their tests.
screenshots: $(STAMP)
	@for file in Testing/Modules/*/test_screenshots.py Testing/Web/test_real.py; do \
		CRANIOMARK_SCREENSHOTS=$(CURDIR)/Resources/Screenshots $(ONE_THREAD) $(BIN)/python -m pytest $$file || exit 1; done

clean:
	rm -rf build dist out demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find craniomark Testing Resources -name __pycache__ -type d -prune -exec rm -rf {} +
