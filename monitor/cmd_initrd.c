// SPDX-License-Identifier: BSD-2-Clause
/* The commands ls and cat: what the initrd holds. */
#include <kernel/errno.h>
#include <kernel/initrd.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/string.h>

#define MAX_TEXT   0x10000 /* of what cat shows; a monitor has no pager */
#define MAX_BINARY 256
#define LINE_BYTES 16

/* For commands; says so where there is none. */
static const struct cpio *get_archive(void)
{
	const struct cpio *archive = initrd_archive();
	const char *refused = initrd_refused();

	if (!archive)
		monitor_error("%s%s",
			      refused[0] ? "the initrd cannot be read: " : "there is no initrd",
			      refused);
	return archive;
}

/* Names and texts may hold anything: nothing that could command a terminal goes out. */
static void show_text(const char *s, size_t len)
{
	char part[64];
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		part[n++] = s[i] < ' ' || s[i] == 0x7f ? '?' : s[i];
		if (n == sizeof(part) || i + 1 == len) {
			console_write(part, n);
			n = 0;
		}
	}
}

/* --- ls --- */

static void mode_text(u32 mode, char text[11])
{
	static const char types[] = "?pc?d?b?-?l?s???", rights[] = "rwxrwxrwx";

	text[0] = types[(mode & CPIO_IFMT) >> 12];
	for (unsigned int i = 0; i < 9; i++)
		text[1 + i] = mode & 0400 >> i ? rights[i] : '-';
	text[10] = '\0';
}

static void show_entry(const struct cpio_entry *entry)
{
	char mode[11];

	mode_text(entry->mode, mode);
	console_printf("%s %10zu ", mode, entry->size);
	show_text(entry->name[0] ? entry->name : ".", strlen(entry->name[0] ? entry->name : "."));
	if ((entry->mode & CPIO_IFMT) == CPIO_IFLNK) {
		console_printf(" -> ");
		show_text((const char *)entry->data, entry->size);
	}
	console_printf("\n");
}

/* The entry itself, what lies below it, or what fits a pattern. */
static bool is_asked_for(const char *name, const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	if (!len || glob_match(path, name))
		return true;
	return !strncmp(name, path, len) && (!name[len] || name[len] == '/');
}

static int cmd_ls(int argc, char **argv)
{
	const char *path = argc > 1 ? cpio_path(argv[1]) : "";
	const struct cpio *cpio = get_archive();
	struct cpio_entry entry = { 0 };
	struct cpio_fault fault;
	bool found = false;

	if (!cpio)
		return -ENOENT;
	while (!cpio_next(cpio, &entry, &fault)) {
		if (!is_asked_for(entry.name, path))
			continue;
		show_entry(&entry);
		found = true;
	}
	if (found || !path[0])
		return 0;
	monitor_error("%s: no such entry", argv[1]);
	return -ENOENT;
}

/* Asked for one by one, so the walk goes on where the last call left it. */
static const char *complete_name(unsigned int index)
{
	static struct cpio_entry entry;
	static unsigned int next;
	const struct cpio *archive = initrd_archive();
	struct cpio_fault fault;

	if (index < next || !index) {
		entry = (struct cpio_entry){ 0 };
		next = 0;
	}
	for (; archive && !cpio_next(archive, &entry, &fault); next++)
		if (next == index)
			return next++, entry.name;
	return NULL;
}

MONITOR_COMMAND(ls, "[PATH]", "the initrd's entries; PATH: one and what is below it, or a glob",
		cmd_ls, complete_name);

/* --- cat --- */

static bool is_text(const u8 *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((data[i] < ' ' && !strchr("\t\n\r", data[i])) || !data[i] || data[i] == 0x7f)
			return false;
	return true;
}

static void show_bytes(const u8 *data, size_t size)
{
	for (size_t at = 0; at < size; at += LINE_BYTES) {
		console_printf("%08zx:", at);
		for (size_t i = at; i < at + LINE_BYTES; i++)
			if (i < size)
				console_printf(" %02x", data[i]);
			else
				console_printf("   ");
		console_printf("  ");
		for (size_t i = at; i < min(at + LINE_BYTES, size); i++)
			console_printf("%c", data[i] >= ' ' && data[i] < 0x7f ? data[i] : '.');
		console_printf("\n");
	}
}

static void show_data(const struct cpio_entry *entry)
{
	bool text = is_text(entry->data, min(entry->size, (size_t)MAX_TEXT));
	size_t shown = min(entry->size, (size_t)(text ? MAX_TEXT : MAX_BINARY));

	if (!text)
		show_bytes(entry->data, shown);
	else if (shown)
		console_write((const char *)entry->data, shown);
	if (text && shown && entry->data[shown - 1] != '\n')
		console_printf("\n");
	if (shown < entry->size)
		console_printf("cat: %zu bytes of %zu shown\n", shown, entry->size);
}

static int cmd_cat(int argc, char **argv)
{
	const struct cpio *cpio = get_archive();
	struct cpio_entry entry;
	struct cpio_fault fault;
	u32 type;

	if (!cpio)
		return -ENOENT;
	if (cpio_find(cpio, argv[1], &entry, &fault)) {
		monitor_error("%s: no such entry", argv[1]);
		return -ENOENT;
	}
	type = entry.mode & CPIO_IFMT;
	if (type != CPIO_IFREG) {
		monitor_error("%s: %s; `ls` shows it", argv[1],
			      type == CPIO_IFDIR   ? "a directory"
			      : type == CPIO_IFLNK ? "a symbolic link"
						   : "not a file");
		return -EOPNOTSUPP;
	}
	if (entry.has_sum && cpio_sum(&entry) != entry.sum) {
		monitor_error("%s: the sum of its bytes is 0x%x, the archive says 0x%x", argv[1],
			      cpio_sum(&entry), entry.sum);
		return -EIO;
	}
	show_data(&entry);
	return 0;
}

MONITOR_COMMAND(cat, "PATH", "a file of the initrd; bytes, if it is no text", cmd_cat,
		complete_name);
