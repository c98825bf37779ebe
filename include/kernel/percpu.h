/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include <kernel/types.h>
#include <asm/hart.h>

/*
 * Variables of which each hart has its own. The names are Linux's, the mechanism is the
 * compiler's thread-local storage: tp is the thread pointer, so that the own copy is one
 * load away. All start as zero; the linker script refuses others.
 */

#define NR_CPUS                     64

#define DEFINE_PER_CPU(type, name)  __thread type name
#define DECLARE_PER_CPU(type, name) extern __thread type name

/* The harts by number, from 0 to nr_cpu_ids - 1; those not online have variables too. */
extern struct hart *harts[NR_CPUS];
extern unsigned int nr_cpu_ids;

/** smp_processor_id() - number of the running hart */
#define smp_processor_id() (this_hart()->cpu)

/** this_cpu_ptr() - the running hart's copy of what @ptr points to; this_cpu_read(), _write() */
#define this_cpu_ptr(ptr)       (ptr)
#define this_cpu_read(name)     READ_ONCE(name)
#define this_cpu_write(name, v) WRITE_ONCE(name, v)

/** per_cpu_ptr() - hart @cpu's copy; per_cpu() - as a variable */
#define per_cpu_ptr(ptr, cpu) \
	((__typeof__(ptr))((char *)(ptr) - (char *)this_hart() + (char *)harts[cpu]))
#define per_cpu(name, cpu) (*per_cpu_ptr(&(name), cpu))

#endif
