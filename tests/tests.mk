# SPDX-License-Identifier: BSD-2-Clause
# Part of the Makefile: what runs the image, in QEMU or on a board, and all that tests it.

# --- Tests and running ----------------------------------------------------------------

pytest = $(PYTHON) -B -m pytest -p no:cacheprovider -q --tb=short -rfEs
qemu = $(pytest) tests/qemu
jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
test-configs := defconfig small_defconfig debug_defconfig kasan_defconfig kasan_outline_defconfig \
	ubsan_defconfig clang_defconfig
test-parts := test-source test-check test-tools test-host prove

# What boots has the machine to itself: harts that wait for each other want cores.
test: ## everything a change must pass: checks, host tests, a pairwise cover of cells
	@scripts/setup.sh test
	@$(MAKE) --no-print-directory -k -O $(jobs) $(test-parts) $(test-configs:%=test-image-%) || \
		failed=1; \
		$(MAKE) --no-print-directory test-qemu && [ -z "$$failed" ] || \
		{ echo "test: failed"; exit 1; }

# Of an image under test, so that no other is built for it.
test-source: test-image-defconfig
	@$(MAKE) --no-print-directory check O=$(O)/configs/defconfig

test-host: ## the kernel's sources on this machine, under ASan and UBSan
	@$(MAKE) -s $(jobs) -C tests/host B=$(abspath $(O))/host run

test-tools: ## what the tests are made of, the pages, the site: without QEMU
#: TEST         only this: test_ktap.py::test_good
	@scripts/setup.sh test
	$(Q)$(pytest) tests/tools/test$(if $(TEST),'/$(TEST)') $(PYTEST_ARGS)

prove: ## page-table arithmetic, for all addresses at once, with cbmc
#: PROOFS       names of tests/prove/proofs.tsv, to try only these
	@scripts/setup.sh prove
	@scripts/prove.sh $(PROOFS)

soak: ## random page-table calls by the hundred million; hours
#: WORK         times 200,000 in each geometry (500)
#: SEED         repeats a run; GEOMETRY=sv39x4 picks one
	@$(MAKE) -s -C tests/host B=$(abspath $(O))/host $(abspath $(O))/host/pgtable_soak_test
	@WORK='$(or $(WORK),500)' $(abspath $(O))/host/pgtable_soak_test

# Images under test have directories of their own: $(O)/.config stays the user's. clang_X is
# configs/X by the second compiler. A configuration that is as it should be is not written anew.
test-images:
	@scripts/setup.sh test
	@$(if $(test-configs),$(MAKE) --no-print-directory $(jobs) $(test-configs:%=test-image-%))

test-image-%:
	@$(MAKE) -s O=$(O)/configs/$* $(patsubst clang_%,%,$*)
	@$(MAKE) -s $(jobs) $(if $(filter clang_%,$*),CC=clang-19) O=$(O)/configs/$*

test-qemu: test-images ## boot cells in QEMU, and odd and bad input
#: CELLS        cover (default), smoke, or names as in tests/qemu/cells.yaml
#: TEST         only this: test_irq.py::test_choice[console-choice-3]
#: PYTEST_ARGS  more for pytest: -k NAME, -x
	$(Q)$(qemu)$(if $(TEST),'/$(TEST)') --cells='$(or $(CELLS),cover)' $(PYTEST_ARGS)

# Of repeated boots, cells only: two of them if none are named.
matrix: test-configs += $(if $(CELLS)$(N),,kasan_ubsan_defconfig clang_kasan_defconfig \
	clang_kasan_outline_defconfig)
matrix: WORK := 5
matrix: test-images $(if $(CELLS)$(N),,soak) ## boot everything; a table of it here and in build/matrix/matrix.html
#: CELLS        only these cells
#: N            boot each so many times; without CELLS, one with one hart and one with four
	$(Q)$(qemu)$(if $(CELLS)$(N),/test_cells.py) --matrix=$(O)/matrix --repeat=$(or $(N),1) \
		--cells='$(or $(CELLS),$(if $(N),plain smp=4,matrix))' $(PYTEST_ARGS)

cell: test-configs = $(shell $(PYTHON) -B tests/tools/cells.py '$(CELL)')
cell: test-images ## boot one cell and show its console
#: CELL         its name: cpu=sv39,ram=1G
	$(Q)$(qemu)/test_cells.py -s --echo --cells='$(or $(CELL),plain)'

flow: test-configs := defconfig
flow: test-images ## boot one way from firmware to the image and show its console
#: FLOW         its name in tests/qemu/flows.yaml: uboot-ext4+initrd
	$(Q)$(qemu)/test_flows.py -s --echo --flows='$(or $(FLOW),uboot-ext4)'

test-board: ## a board's boot and its tests, over a serial port
#: BOARD        a file of tests/boards: visionfive2
#: PORT         of the serial line: /dev/ttyUSB0
#: SUITES       a glob (*); PATIENCE: seconds it may be silent (300)
	@scripts/setup.sh test
	$(Q)$(qemu)/test_board.py -s --board='$(BOARD)' --port='$(or $(PORT),/dev/ttyUSB0)' \
		--suites='$(or $(SUITES),*)' --patience='$(or $(PATIENCE),300)'

chroot-proof: ## make run, make test on a fresh Debian below DIR; needs root and debootstrap
#: SUITE        bookworm or trixie (trixie)
	$(Q)scripts/chroot-proof.sh $(if $(DIR),'$(DIR)') '$(or $(SUITE),trixie)'

mutants: test-images ## break the code on purpose: does the named test notice?
#: MUTANTS      only these, by name
	@scripts/setup.sh prove
	@$(MAKE) -s -C tests/host B=$(abspath $(O))/host
	$(Q)$(PYTHON) -B tests/tools/mutants.py $(MUTANTS)

bench: test-configs := defconfig kasan_defconfig kasan_calls_defconfig
bench: test-images ## boot modes x KASAN x RAM, count, compare with the baseline and with Linux
#: BENCH        globs of cells, MODE-BUILD-RAM: 'sv57-plain-1G *-kasan-*' (all)
	$(Q)$(PYTHON) -B tests/tools/bench.py run $(foreach b,$(BENCH),'$(b)')

bench-update: test-images ## what the last `make bench` counted becomes tests/bench/baseline.json
	$(Q)$(PYTHON) -B tests/tools/bench.py update
	$(Q)$(PYTHON) -B tests/tools/image_parts.py

sdcard: all ## an SD card with the firmware and the image: build/sdcard-BOARD.img
#: BOARD        visionfive2, unleashed or unmatched
#: INITRD       a file more for the card; DTB: another
#: CMDLINE      for the kernel
	@scripts/setup.sh sdcard
	$(Q)CMDLINE='$(subst ','\'',$(CMDLINE))' $(PYTHON) -B scripts/sdcard.py '$(BOARD)' \
		$(O)/sdcard-$(BOARD).img $(O)/Image '$(INITRD)' '$(DTB)'

run: ## boot in QEMU; Ctrl-A x leaves it
#: MODE         sv39, sv48 or sv57: what the hart can do
#: MEM          RAM (256M)
#: SMP          harts (1)
#: CMDLINE      for the kernel
#: QEMU_ARGS    more for QEMU
	@scripts/setup.sh run
	@$(MAKE) -s all
	@MODE='$(MODE)' MEM='$(MEM)' SMP='$(SMP)' CMDLINE='$(subst ','\'',$(CMDLINE))' \
		QEMU_ARGS='$(QEMU_ARGS)' scripts/run.sh $(O)/Image

.PHONY: test test-source test-tools test-host soak prove test-images test-qemu matrix cell flow test-board \
	chroot-proof mutants bench bench-update sdcard run
