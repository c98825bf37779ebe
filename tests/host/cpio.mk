# SPDX-License-Identifier: BSD-2-Clause
# The reader of cpio archives, on those that gen-cpios.sh has cpio make.
tests += cpio
cpio-src := lib/cpio.c cpio_walk.c
cpio-test-cflags := -D_GNU_SOURCE -DCPIO_DIR='"$(abspath $(B))/cpios"'

.DEFAULT_GOAL := all
$(B)/cpio_test: | $(B)/cpios/.done
$(B)/cpios/.done: gen-cpios.sh
	./gen-cpios.sh $(@D)
	@touch $@
