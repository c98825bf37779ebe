// SPDX-License-Identifier: BSD-2-Clause
/*
 * What compiled code calls where a check of -fsanitize=undefined fails. Names and arguments
 * are gcc's and clang's. Left out is what no kernel code can do: floating point, C++.
 */
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/ubsan.h>
#include <kernel/vsprintf.h>
#include <asm/cmpxchg.h>
#include <asm/hart.h>
#include <asm/stacktrace.h>

/* Nobody else calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

#define RET_IP ((unsigned long)__builtin_return_address(0))

/* What the compiler leaves for each check; it may be written to. */
struct location {
	const char *file;
	u32 line, column;
};

struct type {
	u16 kind; /* 0: integer */
	u16 info; /* bit 0: signed; above: log2 of the width in bits */
	char name[];
};

/* A value is in a register, or if wider than that, somewhere else. */
struct value {
	char text[24];
};

static bool is_signed(const struct type *type)
{
	return type->info & 1;
}

static unsigned int width(const struct type *type)
{
	return 1U << (type->info >> 1);
}

static long extend(const struct type *type, unsigned long value)
{
	unsigned int unused = 64 - width(type);

	return (long)(value << unused) >> unused;
}

static struct value show(const struct type *type, unsigned long value)
{
	struct value v = { "?" };

	if (type->kind || width(type) > 64)
		return v;
	if (is_signed(type))
		snprintf(v.text, sizeof(v.text), "%ld", extend(type, value));
	else
		snprintf(v.text, sizeof(v.text), "%lu", value);
	return v;
}

#define SHOW(type, value) show(type, value).text

/* --- A report --- */

#define REPORTED (~0U) /* instead of a column */

#define RULE     "==================================================================\n"

struct ubsan_report_info ubsan_last_report;

/* Return: whether to print; then end() has to follow. */
static bool begin(struct location *loc, const char *kind, unsigned long *flags)
{
	u32 column;

	*flags = report_begin();
	ubsan_last_report = (struct ubsan_report_info){
		.nr = ubsan_last_report.nr + 1,
		.kind = kind,
		.file = loc->file,
		.line = loc->line,
	};
	/* What happens inside a report is not worth another one, and might happen for ever. */
	column = this_hart()->in_report > 1 ? REPORTED : xchg_relaxed(&loc->column, REPORTED);
	if (column == REPORTED) {
		report_end(*flags);
		return false;
	}
	pr_err(RULE);
	pr_err("UBSAN: %s in %s:%u:%u\n", kind, loc->file, loc->line, column);
	return true;
}

static void end(unsigned long flags, unsigned long ip)
{
	dump_stack_from(ip);
	pr_err(RULE);
	if (panic_on_warn)
		panic("panic_on_warn");
	report_end(flags);
}

#define REPORT(loc, kind, ...)                   \
	do {                                     \
		unsigned long _flags;            \
		if (begin(loc, kind, &_flags)) { \
			pr_err(__VA_ARGS__);     \
			end(_flags, RET_IP);     \
		}                                \
	} while (0)

/* --- Numbers --- */

struct typed {
	struct location loc;
	const struct type *type;
};

#define OVERFLOW(kind, op)                                                                       \
	void __ubsan_handle_##kind##_overflow(struct typed *d, unsigned long a, unsigned long b) \
	{                                                                                        \
		REPORT(&d->loc, "signed-integer-overflow", "%s " op " %s is no %s\n",            \
		       SHOW(d->type, a), SHOW(d->type, b), d->type->name);                       \
	}

OVERFLOW(add, "+")
OVERFLOW(sub, "-")
OVERFLOW(mul, "*")

void __ubsan_handle_negate_overflow(struct typed *d, unsigned long a)
{
	REPORT(&d->loc, "signed-integer-overflow", "-(%s) is no %s\n", SHOW(d->type, a),
	       d->type->name);
}

void __ubsan_handle_divrem_overflow(struct typed *d, unsigned long a, unsigned long b)
{
	REPORT(&d->loc, b ? "signed-integer-overflow" : "division-by-zero", "%s / %s is no %s\n",
	       SHOW(d->type, a), SHOW(d->type, b), d->type->name);
}

struct shift {
	struct location loc;
	const struct type *left, *right;
};

void __ubsan_handle_shift_out_of_bounds(struct shift *d, unsigned long a, unsigned long n)
{
	REPORT(&d->loc, "shift-out-of-bounds", "%s << or >> %s is no %s of %u bits\n",
	       SHOW(d->left, a), SHOW(d->right, n), d->left->name, width(d->left));
}

void __ubsan_handle_load_invalid_value(struct typed *d, unsigned long value)
{
	REPORT(&d->loc, "invalid-load", "%s is no %s\n", SHOW(d->type, value), d->type->name);
}

struct builtin {
	struct location loc;
	u8 kind;
};

void __ubsan_handle_invalid_builtin(struct builtin *d)
{
	static const char *const names[] = { "ctz() of 0", "clz() of 0", "a false assumption" };

	REPORT(&d->loc, "invalid-builtin", "%s\n", names[min(d->kind, 2)]);
}

/* --- Memory --- */

struct index {
	struct location loc;
	const struct type *array, *index;
};

void __ubsan_handle_out_of_bounds(struct index *d, unsigned long index)
{
	REPORT(&d->loc, "array-index-out-of-bounds", "index %s is not in %s\n",
	       SHOW(d->index, index), d->array->name);
}

void __ubsan_handle_vla_bound_not_positive(struct typed *d, unsigned long bound)
{
	REPORT(&d->loc, "vla-bound-not-positive", "an array of %s\n", SHOW(d->type, bound));
}

void __ubsan_handle_pointer_overflow(struct location *loc, unsigned long base, unsigned long result)
{
	REPORT(loc, "pointer-overflow", "0x%lx plus an offset has become 0x%lx\n", base, result);
}

struct mismatch {
	struct location loc;
	const struct type *type;
	u8 log_alignment, kind;
};

void __ubsan_handle_type_mismatch_v1(struct mismatch *d, unsigned long p)
{
	static const char *const kinds[] = { "load from", "store to", "reference to",
					     "access to a member at" };
	const char *what = kinds[min(d->kind, 3)];
	unsigned long alignment = 1UL << d->log_alignment;

	if (!p)
		REPORT(&d->loc, "null-ptr-deref", "%s 0 as %s\n", what, d->type->name);
	else if (p % alignment)
		REPORT(&d->loc, "misaligned-access", "%s 0x%lx as %s, which is aligned to %lu\n",
		       what, p, d->type->name, alignment);
	else
		REPORT(&d->loc, "object-too-small", "%s 0x%lx as %s, for which it is too small\n",
		       what, p, d->type->name);
}

struct assumption {
	struct location loc, attribute;
	const struct type *type;
};

void __ubsan_handle_alignment_assumption(struct assumption *d, unsigned long p,
					 unsigned long alignment, unsigned long offset)
{
	REPORT(&d->loc, "alignment-assumption", "0x%lx - %lu is not aligned to %lu\n", p, offset,
	       alignment);
}

/* --- Promises of the code's --- */

struct argument {
	struct location loc, attribute;
	int number;
};

void __ubsan_handle_nonnull_arg(struct argument *d)
{
	REPORT(&d->loc, "null-argument", "argument %d must not be NULL\n", d->number);
}

void __ubsan_handle_nonnull_return_v1(const void *attribute, struct location *loc)
{
	REPORT(loc, "null-return", "what is returned must not be NULL\n");
}

/* There is no code to go on with. */
__noreturn void __ubsan_handle_builtin_unreachable(struct location *loc)
{
	REPORT(loc, "unreachable", "here the code must never come\n");
	for (;;)
		__asm__ __volatile__("ebreak");
}
