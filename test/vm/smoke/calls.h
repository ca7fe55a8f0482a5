/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of calls.c. */
void file_names(void);
void file_attributes(void);
void mounts(void);
void sockets(void);
void control(void);
void compat_calls(void);
