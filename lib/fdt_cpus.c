// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a device tree says of its harts: see <kernel/fdt.h>. As fdt.c it runs
 * with the MMU off at any address: no globals, no pointers in constant data.
 */
#include <kernel/errno.h>
#include <kernel/fdt.h>
#include <kernel/string.h>

/* What read_hart() wants of a node; name is NULL where there is no such property. */
struct hart_props {
	struct fdt_prop type, reg, status, mmu;
};

static void keep(struct fdt_prop *slot, const struct fdt_prop *prop, const char *name)
{
	if (prop->name[0] == name[0] && !slot->name && !strcmp(prop->name, name))
		*slot = *prop;
}

/* One pass for all four: this runs before paging, where nothing is fast. */
static int read_props(const struct fdt *fdt, int node, struct hart_props *props)
{
	struct fdt_prop prop;
	int err;

	*props = (struct hart_props){ 0 };
	for (err = fdt_first_prop(fdt, node, &prop); !err; err = fdt_next_prop(fdt, &prop)) {
		keep(&props->type, &prop, "device_type");
		keep(&props->reg, &prop, "reg");
		keep(&props->status, &prop, "status");
		keep(&props->mmu, &prop, "mmu-type");
	}
	return err == -ENOENT ? 0 : err;
}

static bool text_is(const struct fdt_prop *prop, const char *text)
{
	size_t size = strlen(text) + 1;

	return prop->len >= size && !memcmp(prop->data, text, size);
}

static unsigned int mmu_type(const struct fdt_prop *prop)
{
	unsigned int bits = 0;

	if (!prop->name)
		return FDT_MMU_ABSENT;
	if (text_is(prop, "riscv,none"))
		return FDT_MMU_NONE;
	if (prop->len < 11 || memcmp(prop->data, "riscv,sv", 8) || prop->data[10])
		return FDT_MMU_UNKNOWN;
	for (unsigned int i = 8; i < 10; i++) {
		unsigned int digit = (u8)prop->data[i] - '0';

		if (digit > 9)
			return FDT_MMU_UNKNOWN;
		bits = bits * 10 + digit;
	}
	return bits < FDT_MMU_BITS ? FDT_MMU_UNKNOWN : bits;
}

/* The first cpu at @node or among the siblings behind it. */
static int find_hart(const struct fdt *fdt, int node, struct fdt_hart *hart)
{
	struct hart_props props;
	int err;

	for (; node >= 0; node = fdt_next_sibling(fdt, node)) {
		err = read_props(fdt, node, &props);
		if (err)
			return err;
		if (props.type.name ? text_is(&props.type, "cpu") : fdt_name_is(fdt, node, "cpu"))
			break;
	}
	if (node < 0)
		return node;
	hart->node = node;
	hart->available = !props.status.name || text_is(&props.status, "okay") ||
			  text_is(&props.status, "ok");
	hart->mmu = mmu_type(&props.mmu);
	if (!props.reg.name || fdt_reg_pair(props.reg.data, props.reg.len, hart->address_cells,
					    hart->size_cells, 0, &hart->hartid, NULL))
		return -EINVAL;
	return 0;
}

int fdt_first_hart(const struct fdt *fdt, struct fdt_hart *hart)
{
	return fdt_first_hart_in(fdt, fdt_find_node(fdt, "/cpus"), hart);
}

int fdt_first_hart_in(const struct fdt *fdt, int cpus, struct fdt_hart *hart)
{
	if (cpus < 0)
		return cpus;
	fdt_cells(fdt, cpus, &hart->address_cells, &hart->size_cells);
	return find_hart(fdt, fdt_first_child(fdt, cpus), hart);
}

int fdt_next_hart(const struct fdt *fdt, struct fdt_hart *hart)
{
	return find_hart(fdt, fdt_next_sibling(fdt, hart->node), hart);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind a version, "2" or "2p1", at @text; @text itself where there is none. */
static const char *skip_version(const char *text)
{
	while (is_digit(*text))
		text++;
	if (lower(*text) != 'p' || !is_digit(text[-1]) || !is_digit(text[1]))
		return text;
	text++;
	while (is_digit(*text))
		text++;
	return text;
}

/* Whether the name at @text, up to '_' or the end, is @ext with or without a version. */
static bool long_name_is(const char *text, const char *ext)
{
	while (*ext && lower(*text) == *ext) {
		text++;
		ext++;
	}
	if (*ext)
		return false;
	text = skip_version(text);
	return !*text || *text == '_';
}

static bool letter_has(char letter, const char *ext)
{
	if (letter == 'g' && (!strcmp(ext, "zicsr") || !strcmp(ext, "zifencei")))
		return true;
	if (!*ext || ext[1])
		return false;
	return letter == *ext || (letter == 'g' && strchr("imafd", *ext));
}

/*
 * An ISA string: "rv" and the width, single letters, then longer names that
 * begin with s, x or z and have '_' between them. Anything may carry a version,
 * and '_' may stand between single letters too.
 */
static bool isa_string_has(const char *isa, const char *ext)
{
	const char *p = isa + 2;

	if (lower(isa[0]) != 'r' || lower(isa[1]) != 'v' || !is_digit(*p))
		return false;
	while (is_digit(*p))
		p++;
	while (*p) {
		char c = lower(*p);

		/* Older QEMUs list the modes S and U as if they were extensions. */
		if (c == 's' && p[-1] != '_' && lower(p[1]) == 'u') {
			p += 2;
		} else if (c == 's' || c == 'x' || c == 'z') {
			if (long_name_is(p, ext))
				return true;
			while (*p && *p != '_')
				p++;
		} else {
			if (letter_has(c, ext))
				return true;
			p = skip_version(p + 1);
		}
	}
	return false;
}

bool fdt_hart_has_isa(const struct fdt *fdt, int node, const char *ext)
{
	const char *isa;

	if (fdt_getprop(fdt, node, "riscv,isa-extensions", NULL))
		return fdt_stringlist_has(fdt, node, "riscv,isa-extensions", ext);
	isa = fdt_getprop_string(fdt, node, "riscv,isa");
	return isa && isa_string_has(isa, ext);
}
