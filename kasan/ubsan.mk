# SPDX-License-Identifier: BSD-2-Clause
# How UBSan's checks get into the code. Code before paging is built without: no report could
# be printed. So are the handlers, which must not call themselves.

# Alignment is checked too: who reads what may lie anywhere does so by bytes, or by a packed type.
ubsan-flags := -fsanitize=undefined
ifneq ($(clang),)
# clang's check of calls through pointers reads a word in front of each function: those
# in assembly have none, and code pages need not have anything readable there.
ubsan-flags += -fno-sanitize=function
else
# More than C says: an index behind a flexible array member that is no last one.
ubsan-flags += -fsanitize=bounds-strict
endif

ubsan-objs := $(filter-out $(O)/kasan/ubsan.o,$(kernel:%.c=$(O)/%.o))
$(ubsan-objs): cflags += $(ubsan-flags)
# reads and writes on behalf of people and tests, at any address; lets harts fail at address 0
$(O)/arch/riscv/cpu/recovery.o $(O)/tests/kernel/smp_fail_test.o: cflags += -fno-sanitize=null
