/*
 * hostile: a payload that tries everything it can to leave its sandbox, to outlive it, or to harm who runs it. Runs
 * inside of sandboxes only; every process of it ends by itself within LIFETIME seconds.
 *
 * It says what it did, one line each, fields separated by tabs:
 *   try    attempt  target  0 or the name of the errno
 *   state  name     value
 *   end    verb
 * A value of "escaped" is what must never be read.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>

enum { LIFETIME = 180, LINGER_MICROS = 20000, PATH_SIZE = 4096 };

static const char MOUNT_POINT[] = "/dev/shm/hostile";

/* report.c */
void report_try(const char *attempt, const char *target, long result);
void report_state(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void report_where(const char *how);

/* walk.c: calls visit for every directory of every mount of that type, those of other processes' roots included. */
typedef void visitor(const char *directory);
void walk_mounts(const char *type, visitor *visit);
void walk_tree(const char *directory, int levels, visitor *visit);
bool next_mount(void *stream, char *type, char *mount_point);
const char *file_of(char *path, const char *directory, const char *name);
long write_file(const char *path, const char *words);

/* apart.c: runs it in a child of its own, bounded, and waits for the end. */
void apart(void (*work)(const void *), const void *argument);

/* The attempts, by their concern. */
void join_cgroups(void);
void raise_limits(void);
void fill_cgroups(void);
void mount_again(void);
void reach_peers(void);
void abuse_descriptors(void);
void open_handles(void);
void ask_kernel(void);
void change_host(void);
void fill_files(void);
void unshare_and_repeat(void);
void close_output(void);

/* Those that stay until they are killed. */
void storm(int processes);
void crowd(int processes, int levels);
void daemonise(void);
void stop_everything(const char *how);

#endif
