/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways around an observer. Every row is a process of its own; it tells what an honest observer must say of it, field by
 * field, and the type of the event that must carry it.
 */
#ifndef EVASION_H
#define EVASION_H
#include "../trigger/doors.h"

#define PLACE "/tmp/evasion"
#define SECRET PLACE "/secret"

/* Runs `body` as a row: in a child, which begins and ends the row itself. */
void row(const char *name, const char *type, void (*body)(void));
/* Name and type of the row that runs. */
extern const char *row_name, *row_type;
void start(void);
/* The row needs something that this kernel lacks. */
void unavailable(const char *why);
/* The file that `fd` stands for was opened under `name`. */
void opened(long fd, const char *name);
/* The row's process ends here, at once. */
void finish(void) __attribute__((noreturn));

void open_rows(void);
void name_rows(void);
void ring_rows(void);
void abi32_rows(void);
void identity_rows(void);
void image_rows(void);
void data_rows(void);
void race_rows(void);
#endif
