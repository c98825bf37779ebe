/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FDT_REF_H
#define FDT_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libfdt behind other names: its headers and <kernel/fdt.h> define the same
 * words. Offsets mean the same on both sides; a negative number is an error.
 */
struct ref_prop {
	const char *name;
	const uint8_t *data;
	int len;
};

bool ref_accepts(const void *blob, size_t size);
int ref_next_node(const void *blob, int node, int *depth);
int ref_first_child(const void *blob, int node);
int ref_next_sibling(const void *blob, int node);
const char *ref_name(const void *blob, int node);
int ref_first_prop(const void *blob, int node);
int ref_next_prop(const void *blob, int prop);
struct ref_prop ref_prop(const void *blob, int prop);

/* data is NULL where there is none */
struct ref_prop ref_getprop(const void *blob, int node, const char *name);
bool ref_stringlist_has(const void *blob, int node, const char *name, const char *text);
int ref_path(const void *blob, int node, char *buf, int size);
int ref_find(const void *blob, const char *path);
int ref_nr_rsv(const void *blob);
void ref_rsv(const void *blob, int index, unsigned long long *addr, unsigned long long *size);

#endif
