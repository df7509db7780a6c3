#ifndef BYLAW_PLAIN_STORE_H
#define BYLAW_PLAIN_STORE_H

#include <stdint.h>

/// Two tables without rules, guards or proof: what a gated store is compared with.
typedef struct plain_store plain_store;

/// Makes a database in WAL mode at synchronous=FULL; NULL when SQLite refuses.
plain_store *plain_open(const char *path);

/// Writes a task and an entry in one transaction; 0 when it is durable.
int plain_create(plain_store *store, const char *id, const char *title, const char *owner, int64_t priority,
                 const char *at, const char *body, const void *digest);

/// Changes a task's note and writes an entry in one transaction; 0 when it is durable.
int plain_change(plain_store *store, const char *id, const char *note, const char *body, const void *digest);

/// Reads all columns of a task, and gives the number of their bytes; -1 when there is none.
int64_t plain_read(plain_store *store, const char *id);

void plain_close(plain_store *store);

#endif
