// SPDX-License-Identifier: BSD-2-Clause
/*
 * printf-style formatting into memory.
 *
 * Called from the first message of the boot on, MMU off or on, so its only
 * state is the symbolizer, and its tables hold text and not pointers to text:
 * nothing here needs relocating. Must not allocate, lock or print.
 */
#include <kernel/errno.h>
#include <kernel/string.h>
#include <kernel/vsprintf.h>

#define MAX_ERRNO 4095 /* pointers above -MAX_ERRNO - 1 are error numbers */

/* 64 bits in octal. */
#define MAX_DIGITS 22

enum {
	FLAG_LEFT = 1 << 0,  /* '-' */
	FLAG_ZERO = 1 << 1,  /* '0' */
	FLAG_PLUS = 1 << 2,  /* '+' */
	FLAG_SPACE = 1 << 3, /* ' ' */
	FLAG_ALT = 1 << 4,   /* '#' */
};

enum {
	LENGTH_NONE,
	LENGTH_CHAR,
	LENGTH_SHORT,
	LENGTH_LONG, /* and ll z t j: all are 64 bits */
};

/* Width or precision. */
#define FROM_ARGS (-2)
#define NOT_GIVEN (-1)

struct spec {
	unsigned int flags;
	int width;
	int precision;
	unsigned int length;
	char conversion;
};

struct out {
	char *buf;
	size_t size;
	size_t len;   /* of the whole text, also of what did not fit */
	va_list args; /* in a struct, so that a pointer to it means the same on every ABI */
};

/* Not set before paging: it would be called at an address of the wrong world. */
static int (*symbolizer)(char *buf, size_t size, unsigned long addr, bool offset);

static const struct {
	u8 nr;
	char name[11];
} errno_names[] = {
#define NAME(e) { e, #e }
	NAME(EPERM),     NAME(ENOENT), NAME(EIO),        NAME(ENXIO),     NAME(E2BIG),
	NAME(EAGAIN),    NAME(ENOMEM), NAME(EFAULT),     NAME(EBUSY),     NAME(EEXIST),
	NAME(ENODEV),    NAME(EINVAL), NAME(ENOSPC),     NAME(ERANGE),    NAME(ENOSYS),
	NAME(EOVERFLOW), NAME(EILSEQ), NAME(EOPNOTSUPP), NAME(ETIMEDOUT),
#undef NAME
};

static void put_char(struct out *out, char c)
{
	if (out->len < out->size)
		out->buf[out->len] = c;
	out->len++;
}

/* How much of @n fits; the cost of a huge width is that of the buffer. */
static size_t room_for(const struct out *out, size_t n)
{
	return out->len < out->size ? min(n, out->size - out->len) : 0;
}

static void put_text(struct out *out, const char *s, size_t n)
{
	size_t room = room_for(out, n);

	if (room)
		memcpy(out->buf + out->len, s, room);
	out->len += n;
}

static void put_fill(struct out *out, char c, int n)
{
	size_t room;

	if (n <= 0)
		return;
	room = room_for(out, (size_t)n);
	if (room)
		memset(out->buf + out->len, c, room);
	out->len += (size_t)n;
}

/* Returns where the text stops: at a '%' or the end. Most of a message is this. */
static const char *put_plain(struct out *out, const char *fmt)
{
	const char *start = fmt;
	char c;

	/* Counted down: with a size of "never mind", buf + size is no address. */
	if (out->len < out->size) {
		size_t room = out->size - out->len;
		char *to = out->buf + out->len;

		for (; (c = *fmt) && c != '%' && room; room--) {
			*to++ = c;
			fmt++;
		}
	}
	while ((c = *fmt) && c != '%')
		fmt++;
	out->len += (size_t)(fmt - start);
	return fmt;
}

static void put_string(struct out *out, const struct spec *spec, const char *s, size_t len)
{
	/* Longer than any width: no padding, and no overflow below. */
	int pad = len < INT_MAX ? spec->width - (int)len : 0;

	if (!(spec->flags & FLAG_LEFT))
		put_fill(out, ' ', pad);
	put_text(out, s, len);
	if (spec->flags & FLAG_LEFT)
		put_fill(out, ' ', pad);
}

/* Writes the digits backwards from @end; returns the first. No digits for 0. */
static char *digits_before(char *end, unsigned long long v, char conversion)
{
	const char *set = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";

	switch (conversion) {
	case 'x':
	case 'X':
		for (; v; v >>= 4)
			*--end = set[v & 15];
		break;
	case 'o':
		for (; v; v >>= 3)
			*--end = (char)('0' + (v & 7));
		break;
	default:
		for (; v; v /= 10)
			*--end = (char)('0' + v % 10);
	}
	return end;
}

/*
 * @sign: '-', '+', ' ' or 0. The order on paper is: spaces, sign, 0x, zeros,
 * digits, spaces; the zeros come from the precision or, without one, from '0'.
 */
static void put_number(struct out *out, const struct spec *spec, unsigned long long v, char sign)
{
	char digits[MAX_DIGITS];
	char *first = digits_before(digits + MAX_DIGITS, v, spec->conversion);
	int nr = (int)(digits + MAX_DIGITS - first);
	int precision = spec->precision == NOT_GIVEN ? 1 : spec->precision;
	int zeros = max(precision - nr, 0);
	bool alt = spec->flags & FLAG_ALT;
	bool prefix = alt && v && (spec->conversion | 0x20) == 'x';
	int pad;

	if (alt && spec->conversion == 'o' && !zeros)
		zeros = 1;
	/* Subtracted one by one: their sum may not fit an int, the differences do. */
	pad = spec->width - nr - (sign != 0) - 2 * prefix;
	pad = pad > zeros ? pad - zeros : 0;
	if ((spec->flags & (FLAG_ZERO | FLAG_LEFT)) == FLAG_ZERO && spec->precision == NOT_GIVEN) {
		zeros += pad;
		pad = 0;
	}
	if (!(spec->flags & FLAG_LEFT))
		put_fill(out, ' ', pad);
	if (sign)
		put_char(out, sign);
	if (prefix) {
		put_char(out, '0');
		put_char(out, spec->conversion);
	}
	put_fill(out, '0', zeros);
	put_text(out, first, (size_t)nr);
	if (spec->flags & FLAG_LEFT)
		put_fill(out, ' ', pad);
}

static void put_signed(struct out *out, const struct spec *spec)
{
	long long v =
		spec->length == LENGTH_LONG ? va_arg(out->args, long long) : va_arg(out->args, int);
	char sign = 0;

	if (spec->length == LENGTH_CHAR)
		v = (signed char)v;
	else if (spec->length == LENGTH_SHORT)
		v = (short)v;
	if (v < 0)
		sign = '-';
	else if (spec->flags & FLAG_PLUS)
		sign = '+';
	else if (spec->flags & FLAG_SPACE)
		sign = ' ';
	put_number(out, spec, v < 0 ? -(unsigned long long)v : (unsigned long long)v, sign);
}

static void put_unsigned(struct out *out, const struct spec *spec)
{
	unsigned long long v = spec->length == LENGTH_LONG ? va_arg(out->args, unsigned long long)
							   : va_arg(out->args, unsigned int);

	if (spec->length == LENGTH_CHAR)
		v = (unsigned char)v;
	else if (spec->length == LENGTH_SHORT)
		v = (unsigned short)v;
	put_number(out, spec, v, 0);
}

/* The text of a negative errno; 0 when @v is none. */
static int errno_text(char *buf, size_t size, unsigned long v)
{
	unsigned long nr = -v;

	if (nr == 0 || nr > MAX_ERRNO)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(errno_names); i++) {
		if (errno_names[i].nr == nr)
			return scnprintf(buf, size, "-%s", errno_names[i].name);
	}
	return scnprintf(buf, size, "-%lu", nr);
}

/* Returns @fmt behind the letter that says what kind of pointer it is. */
static const char *put_pointer(struct out *out, const struct spec *spec, const char *fmt)
{
	unsigned long v = (unsigned long)va_arg(out->args, void *);
	char kind = *fmt;
	char text[96];
	int len = 0;

	if (kind == 'S' || kind == 's') {
		fmt++;
		if (symbolizer)
			len = symbolizer(text, sizeof(text), v, kind == 'S');
	} else if (kind == 'e') {
		fmt++;
		len = errno_text(text, sizeof(text), v);
	}
	if (len <= 0)
		len = scnprintf(text, sizeof(text), "0x%016lx", v);
	put_string(out, spec, text, min((size_t)len, sizeof(text) - 1));
	return fmt;
}

/* A width or precision; too large a number counts as INT_MAX. */
static const char *parse_count(const char *fmt, int *count)
{
	int n = 0;

	if (*fmt == '*') {
		*count = FROM_ARGS;
		return fmt + 1;
	}
	for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *fmt - '0', &n))
			n = INT_MAX;
	}
	*count = n;
	return fmt;
}

static const char *parse_flags(const char *fmt, unsigned int *flags)
{
	for (*flags = 0;; fmt++) {
		switch (*fmt) {
		case '-':
			*flags |= FLAG_LEFT;
			break;
		case '0':
			*flags |= FLAG_ZERO;
			break;
		case '+':
			*flags |= FLAG_PLUS;
			break;
		case ' ':
			*flags |= FLAG_SPACE;
			break;
		case '#':
			*flags |= FLAG_ALT;
			break;
		default:
			return fmt;
		}
	}
}

static const char *parse_length(const char *fmt, unsigned int *length)
{
	static_assert(sizeof(long) == sizeof(long long) && sizeof(long) == sizeof(size_t) &&
			      sizeof(long) == sizeof(ptrdiff_t) && sizeof(long) == sizeof(intmax_t),
		      "l ll z t and j are read as one type");

	switch (*fmt) {
	case 'h':
		*length = fmt[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
		return fmt + 1 + (fmt[1] == 'h');
	case 'l':
		*length = LENGTH_LONG;
		return fmt + 1 + (fmt[1] == 'l');
	case 'z':
	case 't':
	case 'j':
		*length = LENGTH_LONG;
		return fmt + 1;
	default:
		*length = LENGTH_NONE;
		return fmt;
	}
}

/* @fmt is behind the '%'. Takes no arguments yet: the conversion may be unknown. */
static const char *parse_spec(const char *fmt, struct spec *spec)
{
	fmt = parse_flags(fmt, &spec->flags);
	fmt = parse_count(fmt, &spec->width);
	spec->precision = NOT_GIVEN;
	if (*fmt == '.')
		fmt = parse_count(fmt + 1, &spec->precision);
	fmt = parse_length(fmt, &spec->length);
	spec->conversion = *fmt;
	return *fmt ? fmt + 1 : fmt;
}

static bool is_known(const struct spec *spec)
{
	switch (spec->conversion) {
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		return true;
	case 'c':
	case 's':
	case 'p':
		return spec->length == LENGTH_NONE; /* no wide characters */
	default:
		return false;
	}
}

static void take_counts(struct out *out, struct spec *spec)
{
	if (spec->width == FROM_ARGS) {
		spec->width = va_arg(out->args, int);
		if (spec->width < 0) {
			spec->flags |= FLAG_LEFT;
			spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
		}
	}
	if (spec->precision == FROM_ARGS)
		spec->precision = max(va_arg(out->args, int), NOT_GIVEN);
}

/* Returns @fmt behind what it printed. */
static const char *put_conversion(struct out *out, struct spec *spec, const char *fmt)
{
	const char *s;
	char c;

	take_counts(out, spec);
	switch (spec->conversion) {
	case 'd':
	case 'i':
		put_signed(out, spec);
		break;
	case 'c':
		c = (char)va_arg(out->args, int);
		put_string(out, spec, &c, 1);
		break;
	case 's':
		s = va_arg(out->args, const char *);
		if (!s)
			s = "(null)";
		put_string(out, spec, s,
			   spec->precision == NOT_GIVEN ? strlen(s)
							: strnlen(s, (size_t)spec->precision));
		break;
	case 'p':
		return put_pointer(out, spec, fmt);
	default:
		put_unsigned(out, spec);
	}
	return fmt;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct out out = { .buf = buf, .size = size };

	va_copy(out.args, args);
	while (*(fmt = put_plain(&out, fmt))) {
		const char *start = fmt++;
		struct spec spec;

		if (*fmt == '%') {
			put_char(&out, *fmt++);
			continue;
		}
		fmt = parse_spec(fmt, &spec);
		if (is_known(&spec))
			fmt = put_conversion(&out, &spec, fmt);
		else
			put_text(&out, start, (size_t)(fmt - start));
	}
	va_end(out.args);
	if (size)
		buf[min(out.len, size - 1)] = '\0';
	return (int)min(out.len, (size_t)INT_MAX);
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (!size)
		return 0;
	return (int)min((size_t)len, size - 1);
}

void vsprintf_set_symbolizer(int (*fn)(char *buf, size_t size, unsigned long addr, bool offset))
{
	symbolizer = fn;
}
