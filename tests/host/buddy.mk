# SPDX-License-Identifier: BSD-2-Clause
tests += buddy
buddy-src := mm/page/buddy.c
