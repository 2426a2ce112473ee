/* What the native tests share: documents, runs of husk-init with its descriptors, TAP. */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "husk-init.h"

/* The exit status that a sanitizer's report is given. */
enum { EXIT_SANITIZER = 99 };

struct document {
  size_t size;
  char bytes[16384];
};

void put_u32(struct document *document, uint32_t value);
void put_u64(struct document *document, uint64_t value);
void put_string(struct document *document, const char *words);
void put_strings(struct document *document, const char *const *strings);
void begin(struct document *document, const char *magic);
void end(struct document *document);

/* A spec in terms of C; what is NULL or 0 is empty. */
struct test_spec {
  bool no_new_privs;
  bool no_user_namespaces;
  bool no_keys;
  bool keep_groups;
  int umask; /* -1: none */
  uint32_t uid;
  uint32_t gid;
  struct capability_sets capabilities;
  uint32_t group_count;
  uint32_t groups[4];
  uint32_t limit_count;
  struct limit limits[4];
  const char *cwd;
  const char *hide;
  const char *args[8];
  const char *env[8];
};

/* Root with all capabilities, in "/", running the payload without a question. */
struct test_spec default_spec(void);
void build_spec(struct document *document, const struct test_spec *spec);

struct run {
  const char *verb;
  const struct document *document; /* spec or plan */
  void (*prepare)(void);           /* in the child, before exec */
  int namespace;                   /* descriptor 7, or -1 */
  const char *standard_input;      /* a path to open for reading; NULL: /dev/null */
  /* filled in by start() */
  pid_t pid;
  int control;
  int out;
  int messages; /* what is written to descriptor 2 */
  int errors;   /* what is written to descriptor 8 */
};

struct reply {
  char kind; /* 0: end of file */
  int error;
  pid_t sender;
  char step[64];
  char detail[4096];
};

void start(struct run *run);
struct reply receive(struct run *run);
void go(struct run *run);
/* Reads to the end of file into a NUL-terminated text. */
void drain(int fd, char *text, size_t size);
/* Exit status, or 128 + signal; what does not end in time is killed, and that is a failure. */
int await_end(pid_t pid);
/* The same for a run; closes all its descriptors. */
int finish(struct run *run);

/* One run of init up to its first message. */
struct reply first_reply(const struct test_spec *spec, void (*prepare)(void), int *status);
/* One run of init, started; its output. The reply is that after the start. */
struct reply run_payload(const struct test_spec *spec, void (*prepare)(void), char *output,
                         size_t size, int *status);

void expect(bool condition, const char *words, ...) __attribute__((format(printf, 2, 3)));
void expect_line(const char *output, const char *line);
void expect_failure(const struct reply *reply, const char *step, int error);
void skip(const char *reason);

/* Paths. scratch(): a fresh directory that every user may enter, below the run's own. */
const char *husk_init_path(void);
const char *payload_path(void);
const char *scratch(const char *name);
void write_file(const char *path, const char *content, mode_t mode);
bool exists(const char *path);
/* The test's own cgroup v2 directory, or NULL where there is none to write to. */
const char *test_cgroup(void);
void in_cgroup(char *path, size_t size, const char *name);
/* In a child: moves there, given below the test's own cgroup. */
void join_cgroup(const char *name);
/* A descriptor of a cgroup namespace whose root is that cgroup. */
int cgroup_namespace(const char *name);
/* Whether the program under test is the one with sanitizers. */
bool sanitized(void);
/* In a child: takes a capability away for good. */
void drop_capability(unsigned number);

struct test {
  const char *name;
  void (*body)(void);
};

extern const struct test WIRE_TESTS[];
extern const struct test INIT_TESTS[];
extern const struct test IDENTITY_TESTS[];
extern const struct test LAUNCH_TESTS[];
extern const struct test DEADMAN_TESTS[];
extern const struct test BWRAP_TESTS[];

#endif
