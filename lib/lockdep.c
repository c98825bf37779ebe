// SPDX-License-Identifier: BSD-2-Clause
/*
 * The check of locks: what each hart holds, and what could become a deadlock.
 *
 * The order in which locks were taken is a graph. Its nodes are classes of locks; an edge
 * a -> b says that b was taken while a was held. An edge that closes a circle is reported.
 *
 * It takes no lock that it checks itself: the graph has a bare ticket lock, under which nothing
 * is printed; and while a hart reports, what it takes is not looked at.
 */
#include <kernel/bitops.h>
#include <kernel/lockdep.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/string.h>
#include <asm/csr.h>
#include <asm/sections.h>

#define NR_CLASSES 128
#define NR_PAIRS   (NR_CLASSES * NR_CLASSES)
#define NR_EDGES   1024
#define MAX_HELD   16
#define MAX_PATH   8

/* Places are addresses of code, for %pS. */
struct lock_class {
	const char *name, *file;
	const struct spinlock *lock;  /* NULL: all with this name in this file */
	const void *in_irq, *irqs_on; /* where it was first taken so, or NULL */
	bool said_irq, said_twice, said_unlock;
};

struct edge {
	u32 from, to;
	const void *held, *taken; /* where */
};

struct held {
	const struct spinlock *lock;
	const void *place;
	u32 class;
};

struct held_locks {
	unsigned int depth;
	bool reporting;
	struct held locks[MAX_HELD];
};

static struct lock_class classes[NR_CLASSES]; /* 0 is none */
static struct edge edges[NR_EDGES];
static u32 nr_classes = 1, nr_edges;
static DECLARE_BITMAP(known, NR_PAIRS); /* edges, to be looked at without the lock */
static u32 way[NR_CLASSES];             /* the edge by which find_path() came */
static spinlock_t graph_lock;
static const char *full;   /* of what there is no room for more: nothing is checked since */
static u32 generation = 1; /* of what was reported */
static DEFINE_PER_CPU(struct held_locks, own);

static const char *name_of(u32 class)
{
	return READ_ONCE(classes[class].name);
}

/* Between these two, what printing takes is not looked at. */
static void begin_report(void)
{
	own.reporting = true;
}

static void end_report(void)
{
	warn_describe();
	own.reporting = false;
}

static void stop_checking(const char *what)
{
	if (cmpxchg(&full, NULL, what))
		return;
	begin_report();
	pr_warn("lockdep: no room for more %s: locks are not checked any more\n", what);
	end_report();
}

static bool checking(void)
{
	return !READ_ONCE(full) && !own.reporting;
}

/* --- Classes --- */

/* A variable of the image; not one of the boot hart's, of which others have copies. */
static bool is_static(const struct spinlock *lock)
{
	unsigned long at = (unsigned long)lock;

	return at - (unsigned long)_data < (unsigned long)(__bss_stop - _data) &&
	       at - (unsigned long)&boot_hart >= (unsigned long)__percpu_size;
}

static u32 find_class(const struct spinlock *lock, const char *name, const char *file)
{
	for (u32 i = 1; i < nr_classes; i++) {
		const struct lock_class *class = &classes[i];

		if (class->lock == lock &&
		    (lock || (!strcmp(class->name, name) && !strcmp(class->file, file))))
			return i;
	}
	if (nr_classes == NR_CLASSES)
		return 0;
	classes[nr_classes] = (struct lock_class){ .name = name, .file = file, .lock = lock };
	return nr_classes++;
}

/* 0 when there is no room. */
static u32 class_of(struct spinlock *lock, const char *name, const char *file)
{
	u32 class = READ_ONCE(lock->class);

	if (class)
		return class;
	ticket_lock(&graph_lock);
	class = find_class(is_static(lock) ? lock : NULL, name + (name[0] == '&'), file);
	ticket_unlock(&graph_lock);
	WRITE_ONCE(lock->class, class);
	return class;
}

/* --- Order --- */

/* Whether @to can be reached from @from; then way[] leads back from it. */
static bool find_path(u32 from, u32 to)
{
	bool more = true;

	memset(way, 0xff, sizeof(way));
	while (more && way[to] == ~0U) {
		more = false;
		for (u32 i = 0; i < nr_edges; i++) {
			const struct edge *e = &edges[i];

			if ((e->from == from || way[e->from] != ~0U) && way[e->to] == ~0U) {
				way[e->to] = i;
				more = true;
			}
		}
	}
	return way[to] != ~0U;
}

/* Copies the way from @from to @to, last edge first. */
static unsigned int copy_path(u32 from, u32 to, struct edge *path)
{
	unsigned int n = 0;

	for (u32 at = to; n < MAX_PATH; at = path[n - 1].from) {
		path[n++] = edges[way[at]];
		if (path[n - 1].from == from)
			break;
	}
	return n;
}

static void report_inversion(const struct edge *new, const struct edge *path, unsigned int n)
{
	begin_report();
	pr_warn("lockdep: hart%lu takes %s at %pS while it holds %s, taken at %pS\n",
		this_hart()->hartid, name_of(new->to), new->taken, name_of(new->from), new->held);
	while (n--)
		pr_warn("lockdep: but %s, taken at %pS, was held when %s was taken at %pS\n",
			name_of(path[n].from), path[n].held, name_of(path[n].to), path[n].taken);
	end_report();
}

/* From now on it is known that @new->to is taken while @new->from is held. */
static void add_edge(const struct edge *new)
{
	const u32 bit = NR_CLASSES * new->from + new->to;
	struct edge path[MAX_PATH];
	unsigned int n = 0;
	bool room;

	if (new->from == new->to || test_bit(bit, known))
		return;
	ticket_lock(&graph_lock);
	room = nr_edges < NR_EDGES;
	if (room && !test_and_set_bit(bit, known)) {
		if (find_path(new->to, new->from))
			n = copy_path(new->to, new->from, path);
		else /* a circle is said once, and does not make others */
			edges[nr_edges++] = *new;
	}
	ticket_unlock(&graph_lock);
	if (!room)
		stop_checking("orders");
	if (n)
		report_inversion(new, path, n);
}

/* --- Interrupts --- */

/* A handler that takes what the interrupted code holds waits for ever. */
static void check_irqs(struct lock_class *class, bool irqs_on, const void *place)
{
	if (this_hart()->irq_regs && !class->in_irq)
		class->in_irq = place;
	if (irqs_on && !class->irqs_on)
		class->irqs_on = place;
	if (!class->in_irq || !class->irqs_on || class->said_irq)
		return;
	class->said_irq = true;
	begin_report();
	pr_warn("lockdep: %s is taken in an interrupt handler at %pS\n", class->name,
		class->in_irq);
	pr_warn("lockdep: and with interrupts enabled at %pS\n", class->irqs_on);
	end_report();
}

/* --- What a hart holds --- */

static struct held *find_held(const struct spinlock *lock)
{
	for (unsigned int i = own.depth; i-- > 0;)
		if (own.locks[i].lock == lock)
			return &own.locks[i];
	return NULL;
}

static void check_twice(const struct held *before, const void *place)
{
	struct lock_class *class = &classes[before->class];

	if (class->said_twice)
		return;
	class->said_twice = true;
	begin_report();
	pr_warn("lockdep: hart%lu takes %s at %pS and holds it, taken at %pS\n",
		this_hart()->hartid, class->name, place, before->place);
	end_report();
}

static void acquire(struct held new, bool try, bool irqs_on)
{
	const struct held *before = find_held(new.lock);

	if (before)
		check_twice(before, new.place);
	check_irqs(&classes[new.class], irqs_on, new.place);
	/* Who only tries does not wait. */
	for (unsigned int i = 0; i < own.depth && !try; i++)
		add_edge(&(struct edge){ own.locks[i].class, new.class, own.locks[i].place,
					 new.place });
	if (own.depth == MAX_HELD)
		stop_checking("locks held by one hart");
	else
		own.locks[own.depth++] = new;
}

void lockdep_acquire(struct spinlock *lock, const char *text, const char *file, bool try)
{
	struct held new = { .lock = lock, .place = __builtin_return_address(0) };
	unsigned long flags;

	if (!checking())
		return;
	local_irq_save(flags);
	new.class = class_of(lock, text, file);
	if (new.class)
		acquire(new, try, flags);
	else
		stop_checking("kinds of locks");
	local_irq_restore(flags);
}

static void not_held(const struct spinlock *lock, const void *place)
{
	struct lock_class *class = &classes[lock->class];

	if (class->said_unlock)
		return;
	class->said_unlock = true;
	begin_report();
	pr_warn("lockdep: hart%lu gives back %s at %pS and does not hold it\n", this_hart()->hartid,
		lock->class ? class->name : "a lock that was never taken", place);
	end_report();
}

void lockdep_release(struct spinlock *lock)
{
	const void *place = __builtin_return_address(0);
	unsigned long flags;
	struct held *held;

	if (!checking())
		return;
	local_irq_save(flags);
	held = find_held(lock);
	if (held) {
		struct held *end = &own.locks[--own.depth];

		for (; held < end; held++)
			held[0] = held[1];
	} else {
		not_held(lock, place);
	}
	local_irq_restore(flags);
}

unsigned int lockdep_depth(void)
{
	return own.depth;
}

static void show_held(unsigned int from, unsigned int to, const char *how)
{
	begin_report();
	for (unsigned int i = from; i < to && !READ_ONCE(full); i++)
		pr_err("%s: %s, taken at %pS\n", how, name_of(own.locks[i].class),
		       own.locks[i].place);
	own.reporting = false;
}

void lockdep_show_held(unsigned int but)
{
	if (own.depth > but)
		show_held(0, own.depth - but, "held");
}

/* What trapped may have been a report. */
void lockdep_abandon(unsigned int depth)
{
	own.reporting = false;
	if (own.depth <= depth)
		return;
	show_held(depth, own.depth, "still held");
	own.depth = depth;
}

void lockdep_reset(void)
{
	ticket_lock(&graph_lock);
	memset(known, 0, sizeof(known));
	nr_edges = 0;
	for (u32 i = 1; i < nr_classes; i++) {
		struct lock_class *class = &classes[i];

		*class = (struct lock_class){ .name = class->name,
					      .file = class->file,
					      .lock = class->lock };
	}
	generation++;
	own.depth = 0;
	own.reporting = false;
	WRITE_ONCE(full, NULL);
	ticket_unlock(&graph_lock);
}

void lockdep_might_sleep(const char *file, int line, u32 *said)
{
	/* A hart whose interrupts are not set up yet misses none. */
	bool irqs_off = irqs_disabled() && csr_read(sie);

	if (*said == generation || !checking() ||
	    (!own.depth && !irqs_off && !this_hart()->irq_regs))
		return;
	*said = generation;
	begin_report();
	pr_warn("lockdep: hart%lu may wait at %s:%d %s\n", this_hart()->hartid, file, line,
		this_hart()->irq_regs ? "in an interrupt handler"
		: irqs_off            ? "with interrupts disabled"
				      : "with a lock held");
	end_report();
	lockdep_show_held(0);
}
