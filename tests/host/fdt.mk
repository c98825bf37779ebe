# SPDX-License-Identifier: BSD-2-Clause
# The device tree reader against libfdt, on the trees gen-dtbs.sh makes.
tests += fdt
fdt-src := lib/fdt.c lib/fdt_props.c lib/fdt_cpus.c fdt_build.c fdt_fuzz.c fdt_ref.c \
	fdt_unit.c fdt_walk.c
fdt-cflags := -include fdt_rename.h
fdt-test-cflags := -DDTB_DIR='"$(abspath $(B))/dtbs"'
fdt-libs := -lfdt

# This file comes before the Makefile's first target.
.DEFAULT_GOAL := all
$(B)/fdt_test: | $(B)/dtbs/.done
$(B)/dtbs/.done: gen-dtbs.sh $(wildcard dts/*.dts ../boards/*)
	./gen-dtbs.sh $(@D)
	@touch $@
