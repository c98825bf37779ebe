/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_BOOT_REPORT_H
#define KERNEL_BOOT_REPORT_H

/**
 * boot_record_report() - print how far the boot came and what was tried
 * @print: as printf
 * Context: any, MMU on or off.
 */
void boot_record_report(void (*print)(const char *fmt, ...));
/** boot_record_kept() - print what satp kept of modes that were refused; otherwise as above */
void boot_record_kept(void (*print)(const char *fmt, ...));

#endif
