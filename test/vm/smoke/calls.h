/* SPDX-License-Identifier: Apache-2.0 */
/* The actions of calls.c. */
void file_names(void);
void file_attributes(void);
void mounts(void);
void sockets(void);
void control(void);
void compat_calls(void);
void uring_names(void);
void uring_sockets(void);
void uring_begun(void);
void uring_late(void);
void uring_rw(void);
void uring_waits(void);
void uring_files(void);
void descriptors(void);
void rare(void);
void hostile(void);
void compat_more(void);
void closes(void);
void many_messages(void);
void moments(void);
void moments_flood(void);
