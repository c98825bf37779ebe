# SPDX-License-Identifier: BSD-2-Clause
# The host's own string functions serve here; string_test is about ours.
tests += args
args-src := lib/args.c
