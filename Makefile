# SPDX-License-Identifier: BSD-2-Clause
# The build, and tools for it; tests and running are in tests/tests.mk. `make help` lists what can
# be asked for.

O ?= build
CROSS_COMPILE ?= riscv64-unknown-elf-
CC := $(CROSS_COMPILE)gcc
PYTHON := /usr/bin/python3
VERSION := $(shell cat VERSION)
MAKEFLAGS += --no-builtin-rules
export O CROSS_COMPILE VERSION
export LC_ALL := C
.DELETE_ON_ERROR:

LD := $(CROSS_COMPILE)ld
NM := $(CROSS_COMPILE)nm
OBJCOPY := $(CROSS_COMPILE)objcopy
READELF := $(CROSS_COMPILE)readelf
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' $(1) $(patsubst $(O)/%,%,$@))

all: $(O)/Image ## the image: build/Image and build/cairn.elf (default)

# --- Configuration --------------------------------------------------------------------

kconfig = KCONFIG_CONFIG=$(O)/.config srctree=. $(PYTHON) -m
configured := $(filter-out help clean setup-% run soak test test-% prove matrix mutants bench bench-% \
	docs debug gdb repro lines chroot-proof %config,$(or $(MAKECMDGOALS),all))
# make brings included files up to date even if it shall only say what it would do.
dry-run := $(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
ifneq ($(dry-run),)
$(eval $(file <$(O)/auto.conf))
else ifneq ($(configured),)
include $(O)/auto.conf
endif

%_defconfig: ## configure from configs/NAME_defconfig (O=DIR for elsewhere)
	@[ -e configs/$@ ] || { echo '$@: none of' configs/*; exit 1; }
	@mkdir -p $(O)
	$(Q)$(kconfig) defconfig configs/$@ >/dev/null

defconfig: ## configure with the defaults
	@mkdir -p $(O)
	$(Q)$(kconfig) defconfig configs/$@ >/dev/null

menuconfig olddefconfig: ## change the configuration / bring an old one up to date
	@mkdir -p $(O)
	$(Q)$(kconfig) $@

savedefconfig: ## write the configuration as a minimal defconfig
	$(Q)$(kconfig) savedefconfig --out $(O)/defconfig

$(O)/.config:
	$(Q)$(MAKE) --no-print-directory defconfig

$(O)/auto.conf $(O)/include/autoconf.h &: $(O)/.config Kconfig
	@mkdir -p $(O)/include
	$(Q)$(kconfig) genconfig --header-path $(O)/include/autoconf.h --config-out $(O)/auto.conf
	@echo '#define CAIRN_VERSION "$(VERSION)"' >>$(O)/include/autoconf.h

# --- What the image is made of, in reading order --------------------------------------

# Before paging, by physical address: built without instrumentation into early.o, each
# symbol prefixed with __early_. What the kernel proper needs too is built twice.
early-only := arch/riscv/early/early.c arch/riscv/early/setup_vm.c
both := lib/mem.c lib/string.c lib/vsprintf.c lib/args.c lib/fdt.c lib/fdt_props.c lib/fdt_cpus.c \
	arch/riscv/cpu/errata.c arch/riscv/early/earlycon.c arch/riscv/cpu/sbi.c arch/riscv/cpu/trap_names.c arch/riscv/early/boot_record.c \
	mm/engine/pgtable_walk.c mm/engine/pgtable.c mm/engine/pgtable_entry.c mm/engine/pgtable_rules.c mm/engine/pgtable_tree.c mm/engine/pgtable_text.c

kernel := $(both) \
	lib/percpu.c lib/printk.c lib/panic.c lib/kallsyms.c lib/spinlock.c lib/report.c lib/fdt_irq.c lib/cpio.c \
	lib/fault-inject.c \
	harts/hart.c arch/riscv/cpu/traps.c arch/riscv/cpu/recovery.c \
	arch/riscv/cpu/stacktrace.c arch/riscv/cpu/irq.c \
	harts/smp.c harts/cpu.c harts/workqueue.c \
	harts/fence.c harts/completion.c harts/hrtimer.c harts/watchdog.c \
	arch/riscv/cpu/nmi.c arch/riscv/cpu/time.c arch/riscv/cpu/cpufeature.c \
	drivers/table.c drivers/driver.c drivers/irqchip/irq.c drivers/irqchip/plic.c drivers/irqchip/imsic.c \
	drivers/irqchip/aplic.c drivers/tty/sbi_console.c drivers/tty/earlycon.c drivers/tty/uart.c drivers/tty/ns16550.c drivers/tty/sifive_uart.c \
	mm/engine/spec.c mm/memblock/memblock.c mm/page/memmap.c mm/page/buddy.c mm/page/page_alloc.c mm/page/page_online.c monitor/ptdump.c mm/area/set_memory.c mm/area/ioremap.c mm/area/vmalloc.c \
	mm/slab/slab.c mm/slab/slab_slow.c mm/slab/slab_pages.c mm/slab/slab_report.c mm/slab/slab_common.c \
	arch/riscv/mm/layout.c arch/riscv/mm/linear.c arch/riscv/mm/kernel_map.c arch/riscv/mm/init.c boot/initmem.c arch/riscv/mm/fixmap.c \
	arch/riscv/mm/tlbflush.c arch/riscv/mm/svprobe.c arch/riscv/mm/fault.c \
	boot/main.c boot/reboot.c boot/marks.c boot/setup.c boot/devicetree.c boot/cmdline.c boot/smpboot.c boot/initrd.c \
	monitor/lineedit.c monitor/monitor.c monitor/monitor_words.c \
	monitor/cmd_hart.c monitor/cmd_initrd.c monitor/cmd_mm.c monitor/cmd_peek.c monitor/cmd_fdt.c monitor/cmd_cpu.c monitor/cmd_sys.c monitor/cmd_irq.c monitor/cmd_slab.c \
	boot/devices.c monitor/crash.c monitor/crash_tables.c
kernel-$(CONFIG_PROVE_LOCKING) += lib/lockdep.c
kernel-$(CONFIG_KASAN) += kasan/asan.c kasan/globals.c kasan/frame.c kasan/report.c kasan/shadow.c kasan/init.c \
	mm/slab/stackdepot.c mm/slab/slab_kasan.c mm/slab/slab_quarantine.c \
	mm/area/kasan_vmalloc.c monitor/cmd_kasan.c monitor/crash_kasan.c
kernel-$(CONFIG_KASAN_USE_AFTER_RETURN) += kasan/fakestack.c
kernel-$(CONFIG_UBSAN) += kasan/ubsan.c
early-only-$(CONFIG_KASAN) += arch/riscv/early/kasan_early.c
early-only += $(early-only-y)
# What needs an option of its own to be seen.
ktests-$(CONFIG_DEBUG_FENCES) += tests/kernel/fence_test.c
ktests-$(CONFIG_UBSAN) += tests/kernel/ubsan_test.c
ktests-$(CONFIG_PROVE_LOCKING) += tests/kernel/smp_lockdep_test.c
kasan-ktests := $(wildcard tests/kernel/kasan*.c)
ktests-$(CONFIG_KASAN) += $(kasan-ktests)
ktests := $(filter-out %/fence_test.c %/smp_lockdep_test.c %/ubsan_test.c $(kasan-ktests),$(wildcard tests/kernel/*.c)) $(ktests-y)
kernel-$(CONFIG_KTEST) += tests/ktest.c $(ktests)
kernel-$(CONFIG_BENCH) += tests/bench.c $(wildcard tests/bench/*_bench.c)
kernel += $(kernel-y)

assembly := arch/riscv/early/head.S arch/riscv/early/data.S arch/riscv/cpu/entry.S

# --- Flags ----------------------------------------------------------------------------

clang := $(findstring clang,$(CC))
arch-flags := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany
ifneq ($(clang),)
arch-flags := --target=riscv64-unknown-elf $(arch-flags)
endif
cppflags := -nostdinc -isystem $(shell $(CC) -print-file-name=include 2>/dev/null) \
	-iquote . -Iinclude -Iarch/riscv/include -I$(O)/include -include $(O)/include/autoconf.h -MMD -MP
# The same bytes wherever the tree and O are.
prefix-map := -ffile-prefix-map=$(CURDIR)/= -fdebug-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(O)/=build/
cflags := $(arch-flags) -std=gnu11 -O2 -g -ffreestanding -fno-pie -fno-common \
	-fno-strict-aliasing -fno-omit-frame-pointer -fno-optimize-sibling-calls \
	-fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections \
	-fno-tree-loop-distribute-patterns -fno-builtin -ftls-model=local-exec \
	$(prefix-map) \
	-Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wundef -Wpointer-arith -Wwrite-strings -Wimplicit-fallthrough -Wno-unused-parameter
ifneq ($(clang),)
# DWARF 4: clang writes version 5 with relocations these binutils do not know.
cflags := $(filter-out -fno-tree-loop-distribute-patterns,$(cflags)) -Wno-gnu -gdwarf-4
else
cflags += -fstack-usage # scripts/check/stacks.py reads what it writes
ifdef CONFIG_STACKPROTECTOR # gcc only: clang 19 cannot take the guard from tp
cflags += -fstack-protector-strong -mstack-protector-guard=tls \
	-mstack-protector-guard-reg=tp -mstack-protector-guard-offset=0
endif
endif

# kmalloc() and kfree() have no frame: what is rare is a jump, and s0 stays the caller's.
frameless := -fomit-frame-pointer -foptimize-sibling-calls -ffixed-x8
ifdef CONFIG_KASAN
include kasan/kasan.mk
endif
ifdef CONFIG_UBSAN
include kasan/ubsan.mk
endif
$(O)/mm/slab/slab.o: cflags += $(frameless)

early-cflags := -D__EARLY__ -fno-jump-tables -fomit-frame-pointer
asflags := $(arch-flags) -g $(prefix-map)

makefiles := Makefile kasan/kasan.mk kasan/ubsan.mk

# --- Rules ----------------------------------------------------------------------------

objs := $(assembly:%.S=$(O)/%.o) $(O)/early.o $(kernel:%.c=$(O)/%.o)
early-objs := $(early-only:%.c=$(O)/early/%.o) $(both:%.c=$(O)/early/%.o)
offsets := $(O)/include/asm/asm-offsets.h
lds := $(O)/cairn.lds

$(O)/%.o: %.c $(O)/include/autoconf.h $(makefiles)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cppflags) $(cflags) -c -o $@ $< $(checked)

$(O)/early/%.o: %.c $(O)/include/autoconf.h $(makefiles)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(cppflags) $(cflags) $(early-cflags) -c -o $@ $<

$(O)/%.o: %.S $(offsets)
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(CC) $(cppflags) $(asflags) -c -o $@ $<

$(offsets): arch/riscv/cpu/asm-offsets.c $(O)/include/autoconf.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) -MT $@ $(cflags) -MT $@ -S -o $(O)/asm-offsets.s $<
	$(Q)sed -n 's/.*"->\([A-Z0-9_]*\) \(.*\)".*/#define \1 \2/p' $(O)/asm-offsets.s >$@

# One relocatable object; what it defines is prefixed, what it asks of others is not.
$(O)/early.o: $(early-objs) Makefile
	$(call say,LD)
	$(Q)$(LD) -r -o $@.raw $(early-objs)
	$(Q)$(NM) --defined-only $@.raw | awk '$$3 !~ /^\.L/ { print $$3, "__early_" $$3 }' | sort -u >$@.syms
	$(Q)$(OBJCOPY) --redefine-syms=$@.syms --prefix-alloc-sections=.early $@.raw $@

$(lds): arch/riscv/early/cairn.lds.S $(offsets)
	$(Q)$(CC) $(cppflags) $(arch-flags) -E -P -D__ASSEMBLER__ -o $@ $<

# Linked twice: the first time without names, to learn the addresses of the names. The
# names lie behind all code, so no address in .text changes; this is checked.
link = $(LD) -T $(lds) --gc-sections --orphan-handling=error --build-id=none -z max-page-size=4096 \
	-z noexecstack -o $(1) $(objs) $(2)
text-symbols = $(NM) -n $(1) | awk 'tolower($$2) == "t"'

kallsyms = $(PYTHON) scripts/kallsyms.py $(1) >$(2).S && $(CC) $(arch-flags) -c -o $(2).o $(2).S

$(O)/cairn.elf: $(objs) $(lds) scripts/kallsyms.py
	$(call say,LINK)
	$(Q)$(call kallsyms,--empty,$(O)/nosyms)
	$(Q)$(call link,$(O)/nosyms.elf,$(O)/nosyms.o)
	$(Q)$(NM) -n $(O)/nosyms.elf | $(call kallsyms,$(if $(CONFIG_KALLSYMS),,--empty),$(O)/syms)
	$(Q)$(call link,$@,$(O)/syms.o)
	$(Q)$(call text-symbols,$(O)/nosyms.elf) >$(O)/nosyms.text
	$(Q)$(call text-symbols,$@) | cmp - $(O)/nosyms.text

$(O)/Image: $(O)/cairn.elf
	$(call say,OBJCOPY)
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(shell find $(O) -name '*.d' -type f 2>/dev/null)

# --- Checks and tools -----------------------------------------------------------------

export PYTHON
source-flags := $(filter-out -MMD -MP,$(cppflags)) $(cflags)

check: export HEADER_CC = $(CC) $(source-flags)
check: all ## format, floors, tenants, stacks and more; scripts/pre-commit, a Git hook, runs some
#: CHECKS       names of scripts/check/check.sh, to run only these
	$(Q)scripts/check/check.sh $(CHECKS)

test-check: test-image-small_defconfig ## plant violations, see make check name them
	$(Q)$(pytest) tests/check

lines: ## how many lines of code the kernel has, by folder
#: COMMIT  of that commit, not of the files as they are
	$(Q)$(PYTHON) -B scripts/check/lines.py $(COMMIT)

repro: ## build twice in different places, compare byte by byte
#: FILES        of the build, to compare only these (Image cairn.elf)
	$(Q)scripts/repro.sh $(wildcard $(O)/.config)

compile_commands.json: Makefile $(offsets) ## for clangd: every C file, both ways it is built
	$(Q)$(PYTHON) scripts/compile-commands.py $(O) '$(CC) $(source-flags)' '' $(kernel) -- \
		'$(CC) $(source-flags) $(early-cflags)' early $(early-only) $(both) >$@

GDB_PORT ?= 1234
debug: ## as run, but wait for `make gdb`
#: GDB_PORT     where QEMU and gdb meet (1234)
	@$(MAKE) --no-print-directory run \
		QEMU_ARGS='$(QEMU_ARGS) -S -gdb tcp:localhost:$(GDB_PORT)'

gdb: ## attach to `make debug`: symbols at link and load address, commands cairn-*
	@scripts/setup.sh debug
	gdb-multiarch $(O)/cairn.elf -x scripts/gdb/cairn.py -ex cairn-symbols \
		-ex 'target remote localhost:$(GDB_PORT)'

docs: ## Documentation as HTML: build/html
	@scripts/setup.sh docs
	$(Q)$(PYTHON) -B -m sphinx -q -W -b html -d $(O)/doctrees Documentation $(O)/html
	@echo 'docs: $(O)/html/index.html'

clean: ## remove what was built, but keep .config and, on Debian 12, cbmc
	$(Q)[ ! -e $(O)/.config ] || find $(O) -mindepth 1 -maxdepth 1 ! -name .config ! -name cbmc -exec rm -rf {} +

help: ## this text
	@awk -f scripts/help.awk Makefile tests/tests.mk

.PHONY: all check test-check lines repro debug gdb docs clean help

include tests/tests.mk
