/*
 * husk-init: what must run where no JVM can. Four verbs, see husk-init.c.
 *
 * Wire format, mirrored by dev.husk.process.{InitSpec,LaunchPlan,InitMessage}. All numbers are
 * little-endian. u32, u64: fixed width. string: u32 length, the bytes (none of them NUL), one NUL
 * that the length does not count. list of X: u32 count, then the elements.
 *
 * Spec (memfd on descriptor 4) and plan (memfd on descriptor 6) begin with
 *   u32 magic, u32 version, u32 size of the whole in bytes, header included
 * and end exactly where the last field ends.
 *
 * Spec, magic "HSKS", version 1:
 *   u32 flags (1: no_new_privs, 2: umask is given, 4: no new user namespaces,
 *   8: no keys, 16: groups stay as they are), u32 uid, u32 gid, u32 umask,
 *   u64 effective, u64 permitted, u64 inheritable, u64 bounding, u64 ambient (bit n: capability n),
 *   list of u32 supplementary groups (at most 65536),
 *   list of {u32 resource, u64 soft, u64 hard} (at most 16; all bits set: RLIM_INFINITY),
 *   string cwd (absolute), string hide (a mount point to detach and unlink; empty: none),
 *   list of string args (at least one), list of string env
 *
 * Plan, magic "HSKP", version 1:
 *   u32 flags (1: bring the interface lo up, 2: in a user namespace of its own), u32 namespaces to unshare (CLONE_NEW* bits),
 *   string path of bwrap, list of string arguments after argv[0],
 *   list of operations (at most 4096): u32 kind, string label, then by kind
 *     1 mkdir: string path, u32 mode        2 touch: string path, u32 mode
 *     3 symlink: string target, string path
 *     4 mount: string source, string target, string type, u64 flags of mount(2), string data
 *
 * Control messages, SOCK_SEQPACKET on descriptor 3, one per packet:
 *   to the shim   'U' in a user namespace, without maps so far; go then says: mapped, and in S,
 *                 'S' settled in its namespaces, 'R' ready to start,
 *                 'E' u32 errno, step NUL, detail NUL: failed, nothing was run (at most 4 KiB)
 *   from the shim 'G' go; anything else, end of file included, means: do not run
 */
#ifndef HUSK_INIT_H
#define HUSK_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  FD_CONTROL = 3,
  FD_SPEC = 4,
  FD_BWRAP_ARGS = 5,
  FD_PLAN = 6,
  FD_CGROUP_NAMESPACE = 7,
  FD_STDERR = 8,
};

enum {
  MAX_DOCUMENT = 8 << 20, /* above the kernel's own 6 MiB for arguments and environment */
  MAX_GROUPS = 65536,
  MAX_RLIMITS = 16,
  MAX_OPERATIONS = 4096,
  MAX_MESSAGE = 4096,
  MAX_STEP = 32,
};

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

struct limit {
  uint32_t resource;
  uint64_t soft;
  uint64_t hard;
};

struct capability_sets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
  uint64_t bounding;
  uint64_t ambient;
};

struct spec {
  bool no_new_privs;
  bool has_umask;
  bool no_user_namespaces;
  bool no_keys;
  bool keep_groups;
  uint32_t uid;
  uint32_t gid;
  uint32_t umask;
  struct capability_sets capabilities;
  uint32_t group_count;
  uint32_t *groups;
  uint32_t limit_count;
  struct limit limits[MAX_RLIMITS];
  char *cwd;
  char *hide;
  char **args;
  char **env;
};

enum operation_kind { OP_MKDIR = 1, OP_TOUCH = 2, OP_SYMLINK = 3, OP_MOUNT = 4 };

struct operation {
  enum operation_kind kind;
  uint32_t mode;
  uint64_t flags;
  char *label;
  char *source; /* of a mount; the target of a symlink */
  char *path;
  char *type;
  char *data;
};

struct plan {
  bool loopback;
  bool user_namespace;
  uint32_t namespaces;
  char *bwrap;
  char **args; /* with room for argv[0] in front: args[0] is "bwrap" */
  uint32_t operation_count;
  struct operation *operations;
};

/* A message under construction; what does not fit is cut off and shown as such. */
struct text {
  size_t length;
  char bytes[MAX_MESSAGE - MAX_STEP - 8];
};

/* husk-init-wire.c. What is decoded points into the document, which must outlive it. */
int read_document(int fd, char **document, size_t *size);
bool decode_spec(char *document, size_t size, struct spec *spec);
bool decode_plan(char *document, size_t size, struct plan *plan);

/* husk-init-control.c */
void text_add(struct text *text, const char *words);
void text_number(struct text *text, uint64_t number, unsigned base);
void control_send(char message);
void control_await_go(void);
_Noreturn void control_fail(int status, const char *step, int error, const char *detail);

/* husk-init-process.c */
void reset_signals(void);
int close_descriptors(unsigned first, unsigned last);

/* husk-init-stage.c: carries out the plan's operations in order, or fails with step "mount". */
void stage(const struct plan *plan);

/* husk-init-path.c: 0 or an errno. */
int make_cwd(const char *cwd);
int enter_cwd(const char *cwd);
int check_executable(const struct spec *spec);
int execute(const struct spec *spec);
void describe_search(const struct spec *spec, struct text *text);

/* husk-init-identity.c: each fails with its own step. */
void apply_limits(const struct spec *spec);
void apply_identity(const struct spec *spec);

/* husk-init-keyring.c: 0 or an errno. The second needs no_new_privs. */
int leave_keyring(void);
int forbid_keys(void);

/* husk-init-userns.c: 0 or an errno. Needs no_new_privs. */
int forbid_user_namespaces(void);

/* The verbs. */
_Noreturn void launch(void);
_Noreturn void init(void);
_Noreturn void deadman(char **directories);
_Noreturn void hold(void);

#endif
