/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_LLIST_H
#define KERNEL_LLIST_H

#include <kernel/types.h>
#include <asm/cmpxchg.h>

/*
 * A list any hart may add to and one takes whole, without a lock. As in Linux.
 */
struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

/** llist_add() - put it in front; what was written before is seen by who takes it */
static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first), *seen;

	for (;; first = seen) {
		node->next = first;
		seen = cmpxchg(&head->first, first, node);
		if (seen == first)
			return !first; /* whether the list was empty */
	}
}

/** llist_del_all() - take all there are, the last added first */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return __atomic_exchange_n(&head->first, NULL, __ATOMIC_ACQUIRE);
}

/** llist_add_list() - add @node and all behind it, in no order of note */
static inline void llist_add_list(struct llist_node *node, struct llist_head *head)
{
	while (node) {
		struct llist_node *next = node->next;

		llist_add(node, head);
		node = next;
	}
}

/** llist_reverse_order() - what was taken, in the order it was added */
static inline struct llist_node *llist_reverse_order(struct llist_node *node)
{
	struct llist_node *first = NULL;

	while (node) {
		struct llist_node *next = node->next;

		node->next = first;
		first = node;
		node = next;
	}
	return first;
}

#endif
