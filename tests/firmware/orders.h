/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ORDERS_H
#define ORDERS_H

#include <stdint.h>

#define MAX_HARTS 8

/* Extensions that are not there, a bit each in omit. */
#define OMIT_DBCN   1
#define OMIT_HSM    2
#define OMIT_SRST   4
#define OMIT_LEGACY 8
#define OMIT_REMOTE 16 /* IPI and RFENCE */
#define OMIT_TIME   32

/* What is wrong with a hart's satp. */
#define SATP_SOUND    0
#define SATP_KEEP_PPN 1 /* a write that is refused changes the PPN all the same */
#define SATP_READ     2 /* a write that is taken reads back with another ASID */
#define SATP_FAULT    3 /* a mode that is taken translates nothing: each access faults */

/**
 * struct orders - what a test wants the firmware to do
 * @entry:        where S-mode begins; a1 is what QEMU handed over
 * @closed_start, @closed_end: multiples of 4; the PMP closes this to S-mode
 * @closed_harts: on these, a bit each
 * @boot_hart:    the one that enters
 * @together:     others that enter with it, a bit each
 * @lost:         harts whose start succeeds, and that never come
 * @omit:         OMIT_*
 * @maee:         harts that say they are T-Head's, with its memory types on, a bit each
 * @missing:      by hart: modes whose write to satp is ignored, bit 0: sv39, 1: sv48, 2: sv57
 * @flaw:         by hart: SATP_*
 *
 * At offset 16 of the binary, little-endian; tests/tools/shim.py writes it there.
 */
struct orders {
	uint64_t entry;
	uint64_t closed_start;
	uint64_t closed_end;
	uint32_t closed_harts;
	uint32_t boot_hart;
	uint32_t together;
	uint32_t lost;
	uint32_t omit;
	uint32_t maee;
	uint8_t missing[MAX_HARTS];
	uint8_t flaw[MAX_HARTS];
};

#endif
