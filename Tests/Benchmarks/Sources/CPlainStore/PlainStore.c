#include "CPlainStore.h"

#include <sqlite3.h>
#include <stdlib.h>

struct plain_store {
  sqlite3 *database;
  sqlite3_stmt *begin, *commit, *create, *change, *entry, *read;
  int64_t sequence;
};

static sqlite3_stmt *prepare(sqlite3 *database, const char *sql) {
  sqlite3_stmt *statement = NULL;
  return sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK ? statement
                                                                                                      : NULL;
}

plain_store *plain_open(const char *path) {
  plain_store *store = calloc(1, sizeof *store);
  if (store == NULL || sqlite3_open(path, &store->database) != SQLITE_OK) return NULL;
  const char *schema =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE task (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,"
      " owner TEXT NOT NULL, priority INTEGER NOT NULL, note TEXT, state TEXT NOT NULL, made_at TEXT NOT NULL) STRICT;"
      "CREATE TABLE entry (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL, digest BLOB NOT NULL) STRICT;";
  if (sqlite3_exec(store->database, schema, NULL, NULL, NULL) != SQLITE_OK) return NULL;
  store->begin = prepare(store->database, "BEGIN IMMEDIATE");
  store->commit = prepare(store->database, "COMMIT");
  store->create = prepare(
      store->database,
      "INSERT INTO task (id, title, owner, priority, state, made_at) VALUES (?, ?, ?, ?, 'open', ?)");
  store->change = prepare(store->database, "UPDATE task SET note = ? WHERE id = ?");
  store->entry = prepare(store->database, "INSERT INTO entry (sequence, body, digest) VALUES (?, ?, ?)");
  store->read = prepare(
      store->database, "SELECT row, id, title, owner, priority, note, state, made_at FROM task WHERE id = ?");
  return store->read && store->entry && store->change && store->create ? store : NULL;
}

static int run(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code == SQLITE_DONE ? 0 : 1;
}

static void text(sqlite3_stmt *statement, int place, const char *text) {
  sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
}

static int finish(plain_store *store, const char *body, const void *digest) {
  sqlite3_bind_int64(store->entry, 1, ++store->sequence);
  text(store->entry, 2, body);
  sqlite3_bind_blob(store->entry, 3, digest, 32, SQLITE_TRANSIENT);
  return run(store->entry) || run(store->commit);
}

int plain_create(plain_store *store, const char *id, const char *title, const char *owner, int64_t priority,
                 const char *at, const char *body, const void *digest) {
  if (run(store->begin)) return 1;
  text(store->create, 1, id);
  text(store->create, 2, title);
  text(store->create, 3, owner);
  sqlite3_bind_int64(store->create, 4, priority);
  text(store->create, 5, at);
  return run(store->create) || finish(store, body, digest);
}

int plain_change(plain_store *store, const char *id, const char *note, const char *body, const void *digest) {
  if (run(store->begin)) return 1;
  text(store->change, 1, note);
  text(store->change, 2, id);
  return run(store->change) || finish(store, body, digest);
}

int64_t plain_read(plain_store *store, const char *id) {
  text(store->read, 1, id);
  int64_t bytes = -1;
  if (sqlite3_step(store->read) == SQLITE_ROW) {
    bytes = 0;
    for (int column = 0; column < sqlite3_column_count(store->read); column++) {
      if (sqlite3_column_text(store->read, column)) bytes += sqlite3_column_bytes(store->read, column);
    }
  }
  sqlite3_reset(store->read);
  return bytes;
}

void plain_close(plain_store *store) {
  sqlite3_stmt *statements[] = {store->begin, store->commit, store->create, store->change, store->entry, store->read};
  for (int index = 0; index < 6; index++) sqlite3_finalize(statements[index]);
  sqlite3_close(store->database);
  free(store);
}
