/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PGTABLE_HART_H
#define PGTABLE_HART_H

#include "pgtable_hw.h"
#include "pgtable_mem.h"

/*
 * Another hart on the same tables. It keeps what the specification lets it keep: leaves,
 * pointers to tables, and that an entry was invalid; in mode .update it sets A and D in
 * memory. A fence takes from it only what Priv 20250508 §12.2.1 lets software rely on.
 */
struct hart_access {
	u64 va, pa, bits;
	bool write, fault;
};

struct hart {
	struct hw_mode mode;
	u64 root;
	bool update; /* Svadu */
	/* Told of each access that was translated or faulted for want of V. */
	void (*check)(const struct hart_access *access);
};

extern struct hart hart;

/* A load or store at @va. */
void hart_access(u64 va, bool write);

/* What the accesses since hart_log_clear() wrote into the tables, for the model. */
struct hart_update {
	u64 first, last, bits;
};
extern struct hart_update hart_updates[];
extern unsigned int nr_hart_updates;

/* Nothing kept contradicts the tables; called after each call of the engine. */
void hart_check(void);

void hart_forget(void);
void hart_fence(const struct pgtable *pt, const struct pgtable_change *change);
void hart_freed(phys_addr_t table);

#endif
