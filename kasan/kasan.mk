# SPDX-License-Identifier: BSD-2-Clause
# How KASAN's checks get into the code, and what is built without them.

# --- Without checks, each with its reason; code before paging is not built from this list ---
# the checks themselves, and what is called while one reports
uninstrumented := $(wildcard kasan/*.c)
# behind the checked memcpy(), memmove(), memset(); kasan_poison() calls it
uninstrumented += lib/mem.c
# the engine makes the shadow, and walks to it; host tests check it under ASan
uninstrumented += $(wildcard mm/engine/*.c) mm/area/kasan_vmalloc.c
# the allocators write to what is free, and say themselves what may be accessed
uninstrumented += $(wildcard mm/page/*.c mm/slab/*.c) mm/area/vmalloc.c
# reads and writes on behalf of people and tests, at any address; repairs the stack's shadow
uninstrumented += arch/riscv/cpu/recovery.c
# looks at stacks as a whole, between and behind their variables
uninstrumented += arch/riscv/cpu/stacktrace.c arch/riscv/cpu/nmi.c

# makes wild accesses, and reads the reports of the faults
uninstrumented += tests/kernel/fault_test.c tests/kernel/smp_fail_test.c

kasan-offset := $(shell sed -n 's/^.define KASAN_SHADOW_OFFSET \(0x[0-9a-f]*\)UL/\1/p' \
	arch/riscv/include/asm/kasan.h)
kasan-globals := 1
kasan-calls := $(if $(CONFIG_KASAN_INLINE),10000,0)
ifneq ($(clang),)
# clang does not say by itself that it puts checks in, as gcc does.
kasan-flags = -fsanitize=kernel-address -D__SANITIZE_ADDRESS__ \
	-mllvm -asan-mapping-offset=$(kasan-offset) \
	-mllvm -asan-stack=1 -mllvm -asan-globals=$(kasan-globals) -mllvm -asan-use-after-scope=1 \
	-mllvm -asan-instrument-dynamic-allocas=1 \
	-mllvm -asan-instrumentation-with-call-threshold=$(kasan-calls)
else
kasan-flags = -fsanitize=kernel-address -fasan-shadow-offset=$(kasan-offset) \
	--param asan-stack=1 --param asan-globals=$(kasan-globals) --param asan-instrument-allocas=1 \
	-fsanitize-address-use-after-scope \
	$(if $(CONFIG_KASAN_USE_AFTER_RETURN),--param asan-use-after-return=1) \
	--param asan-instrumentation-with-call-threshold=$(kasan-calls)
endif

# gcc 12 cannot be told to call other names for these.
checked-calls := $(foreach f,memcpy memmove memset,--redefine-sym $f=__asan_$f)

# So that the image is small, other tests than KASAN's own, which need no speed, have calls as
# checks, and nothing behind their variables.
calls-only := $(filter-out tests/kernel/kasan%,$(filter tests/%,$(kernel)))
$(calls-only:%.c=$(O)/%.o): kasan-calls := 0
$(calls-only:%.c=$(O)/%.o): kasan-globals := 0

instrumented := $(filter-out $(uninstrumented:%.c=$(O)/%.o),$(kernel:%.c=$(O)/%.o))
$(instrumented): cflags += $(kasan-flags)
$(instrumented): checked = && $(OBJCOPY) $(checked-calls) $@

# What a hart keeps in s0 it needs for backtraces: slab.o is built like all others.
frameless :=
