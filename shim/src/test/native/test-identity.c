/* init: ids, capabilities, limits, as the kernel shows them on the payload. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define CAP(number) (UINT64_C(1) << (number))

enum { CHOWN = 0, KILL = 5, SETUID = 7, SETPCAP = 8, BIND = 10, SYS_ADMIN = 21 };

static char output[16384];

static void applies_every_property(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.uid = 1234;
  spec.gid = 2345;
  spec.group_count = 2;
  spec.groups[0] = 3;
  spec.groups[1] = 70000;
  spec.umask = 027;
  spec.no_new_privs = true;
  spec.capabilities = (struct capability_sets){
      .effective = CAP(KILL),
      .permitted = CAP(KILL) | CAP(BIND),
      .inheritable = CAP(KILL) | CAP(BIND),
      .bounding = CAP(KILL) | CAP(BIND) | CAP(CHOWN),
      .ambient = CAP(BIND),
  };
  spec.limit_count = 2;
  spec.limits[0] = (struct limit){7, 100, 200};
  spec.limits[1] = (struct limit){4, 0, UINT64_MAX};
  spec.args[1] = "status";
  spec.args[2] = "limit:7";
  spec.args[3] = "limit:4";
  spec.args[4] = "umask";
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "Uid:\t1234\t1234\t1234\t1234");
  expect_line(output, "Gid:\t2345\t2345\t2345\t2345");
  expect_line(output, "Groups:\t3 70000 ");
  expect_line(output, "CapInh:\t0000000000000420");
  /* exec: a user other than root keeps the ambient set of permitted and effective. */
  expect_line(output, "CapPrm:\t0000000000000400");
  expect_line(output, "CapEff:\t0000000000000400");
  expect_line(output, "CapBnd:\t0000000000000421");
  expect_line(output, "CapAmb:\t0000000000000400");
  expect_line(output, "NoNewPrivs:\t1");
  expect_line(output, "limit 7 100 200");
  expect_line(output, "limit 4 0 18446744073709551615");
  expect_line(output, "umask 27");
}

static void gives_root_what_the_bounding_set_allows(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.capabilities = (struct capability_sets){
      .effective = CAP(KILL), .permitted = CAP(KILL), .bounding = CAP(KILL) | CAP(CHOWN)};
  spec.args[1] = "status";
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "CapInh:\t0000000000000000");
  expect_line(output, "CapPrm:\t0000000000000021");
  expect_line(output, "CapEff:\t0000000000000021");
  expect_line(output, "CapBnd:\t0000000000000021");
  expect_line(output, "CapAmb:\t0000000000000000");
  expect_line(output, "NoNewPrivs:\t0");
  expect_line(output, "Groups:\t ");
}

static void leave_ambient(void) {
  struct {
    uint32_t version;
    int pid;
  } header = {0x20080522, 0};
  uint32_t data[6];
  extern int capget(void *, void *);
  extern int capset(void *, const void *);
  if (capget(&header, data) != 0) {
    _exit(95);
  }
  data[2] = data[1];
  data[5] = data[4];
  if (capset(&header, data) != 0 ||
      prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, SYS_ADMIN, 0, 0) != 0) {
    _exit(95);
  }
}

static void clears_what_bwrap_left_in_the_sets(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.uid = 1234;
  spec.args[1] = "status";
  spec.capabilities.permitted = CAP(SYS_ADMIN);
  spec.capabilities.inheritable = CAP(SYS_ADMIN);
  (void)run_payload(&spec, leave_ambient, output, sizeof output, &status);
  expect_line(output, "CapInh:\t0000000000200000");
  expect_line(output, "CapPrm:\t0000000000000000");
  expect_line(output, "CapAmb:\t0000000000000000");
  expect_line(output, "CapBnd:\t0000000000000000");

  /* setresuid(2) to another user than root clears the ambient set by itself. */
  spec.uid = 0;
  (void)run_payload(&spec, leave_ambient, output, sizeof output, &status);
  expect_line(output, "CapAmb:\t0000000000000000");
}

static void expect_step(const struct test_spec *spec, void (*prepare)(void), const char *step,
                        int error, const char *words) {
  int status;
  struct reply reply = run_payload(spec, prepare, output, sizeof output, &status);
  expect_failure(&reply, step, error);
  expect(strstr(reply.detail, words) != NULL, "detail without \"%s\": %s", words, reply.detail);
  expect(output[0] == '\0', "the payload ran: %s", output);
  expect(status == EXIT_FAILED, "status %d", status);
}

static void without_kill(void) {
  drop_capability(KILL);
}

static void without_setpcap(void) {
  drop_capability(SETPCAP);
}

static void tells_which_capability_failed(void) {
  struct test_spec spec = default_spec();
  spec.capabilities.bounding = CAP(KILL);
  expect_step(&spec, without_kill, "capabilities", EPERM, "bounding set: not available here");
  spec.capabilities.bounding = CAP(62);
  expect_step(&spec, NULL, "capabilities", EINVAL, "capability 62");
  spec.capabilities.bounding = 0;
  expect_step(&spec, without_setpcap, "capabilities", EPERM, "cannot drop capability 0");
  spec.capabilities = (struct capability_sets){.effective = CAP(KILL), .permitted = CAP(BIND)};
  expect_step(&spec, NULL, "capabilities", EPERM, "capset: permitted 0x400, effective 0x20");
  spec.capabilities = (struct capability_sets){.permitted = CAP(KILL), .ambient = CAP(KILL)};
  expect_step(&spec, NULL, "capabilities", EPERM, "ambient set: cannot raise capability 5");
}

static void without_setgid(void) {
  drop_capability(6);
}

static void without_setuid(void) {
  drop_capability(SETUID);
}

/* Only root is mapped there; the maps are written from outside, which leaves setgroups(2) allowed. */
static void in_user_namespace(void) {
  int ready[2];
  char path[64];
  char byte;
  pid_t inside = getpid();
  if (pipe2(ready, O_CLOEXEC) != 0) {
    _exit(95);
  }
  pid_t outside = fork();
  if (outside == 0) {
    (void)!read(ready[0], &byte, 1);
    (void)snprintf(path, sizeof path, "/proc/%d/uid_map", (int)inside);
    write_file(path, "0 0 1\n", 0644);
    (void)snprintf(path, sizeof path, "/proc/%d/gid_map", (int)inside);
    write_file(path, "0 0 1\n", 0644);
    _exit(0);
  }
  if (unshare(CLONE_NEWUSER) != 0 || write(ready[1], "u", 1) != 1 ||
      waitpid(outside, NULL, 0) != outside) {
    _exit(95);
  }
}

static void tells_which_id_failed(void) {
  struct test_spec spec = default_spec();
  spec.uid = 1234;
  expect_step(&spec, without_setgid, "groups", EPERM, "setgroups");
  expect_step(&spec, without_setuid, "uid", EPERM, "1234");
  spec.uid = 0;
  spec.gid = 5;
  expect_step(&spec, in_user_namespace, "gid", EINVAL, "5");
}

static void in_another_group(void) {
  static const gid_t group = 42;
  if (setgroups(1, &group) != 0) {
    _exit(95);
  }
}

static void leaves_groups_alone_where_they_cannot_be_changed(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.args[1] = "status";
  (void)run_payload(&spec, in_another_group, output, sizeof output, &status);
  expect_line(output, "Groups:\t ");
  spec.keep_groups = true;
  (void)run_payload(&spec, in_another_group, output, sizeof output, &status);
  expect_line(output, "Groups:\t42 ");
}

static void forbids_user_namespaces_and_nothing_else(void) {
  struct test_spec spec = default_spec();
  int status;
  char line[64];
  spec.no_new_privs = true;
  spec.args[1] = "userns";
  spec.no_user_namespaces = true;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  (void)snprintf(line, sizeof line, "clone %d", EPERM);
  expect_line(output, line);
  (void)snprintf(line, sizeof line, "clone3 %d", ENOSYS);
  expect_line(output, line);
  (void)snprintf(line, sizeof line, "unshare %d", EPERM);
  expect_line(output, line);
#if defined(__x86_64__)
  (void)snprintf(line, sizeof line, "unshare32 %d", EPERM);
  /* A kernel without 32-bit programs ends the one that tries. */
  expect(strstr(output, "unshare32") == NULL || strstr(output, line) != NULL, "%s", output);
#endif
  expect_line(output, "clone-plain 0");
  expect_line(output, "unshare-files 0");

  spec.no_user_namespaces = false;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_line(output, "clone 0");
}

static void expect_errno(const char *name, int error) {
  char line[64];
  (void)snprintf(line, sizeof line, "%s %d", name, error);
  expect_line(output, line);
}

static void forbids_keys_and_nothing_else(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.no_new_privs = true;
  spec.args[1] = "keys";
  spec.no_keys = true;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_errno("getpid", 0);
  const char *const names[] = {"keyctl",     "add_key",     "request_key",
#if defined(__x86_64__)
                               "x32-keyctl", "x32-add_key", "x32-request_key",
#endif
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    expect_errno(names[i], ENOSYS);
  }
#if defined(__x86_64__)
  if (strstr(output, "i386-before") != NULL) {
    expect_errno("i386-add_key", ENOSYS);
    expect_errno("i386-request_key", ENOSYS);
    expect_errno("i386-keyctl", ENOSYS);
    expect(strstr(output, "i386-after 38\n") == NULL, "ioprio_set is not to be refused: %s", output);
  }
#endif

  spec.no_keys = false;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_errno("keyctl", 0);
  expect_errno("add_key", EFAULT);
  expect_errno("request_key", EFAULT);
}

static void forbids_both(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.no_new_privs = true;
  spec.args[1] = "keys";
  spec.args[2] = "userns";
  spec.no_keys = true;
  spec.no_user_namespaces = true;
  (void)run_payload(&spec, NULL, output, sizeof output, &status);
  expect_errno("keyctl", ENOSYS);
  expect_errno("clone", EPERM);
}

static void tells_that_keys_cannot_be_forbidden(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.no_keys = true;
  spec.uid = 1234;
  struct reply reply = run_payload(&spec, NULL, output, sizeof output, &status);
  expect_failure(&reply, "seccomp", EACCES);
}

static void tells_that_user_namespaces_cannot_be_forbidden(void) {
  struct test_spec spec = default_spec();
  int status;
  spec.no_user_namespaces = true;
  spec.uid = 1234;
  struct reply reply = run_payload(&spec, NULL, output, sizeof output, &status);
  expect_failure(&reply, "seccomp", EACCES);
}

static void tells_which_limit_failed(void) {
  struct test_spec spec = default_spec();
  spec.limit_count = 1;
  spec.limits[0] = (struct limit){7, 300, 200};
  expect_step(&spec, NULL, "rlimits", EINVAL, "RLIMIT_NOFILE soft 300, hard 200");
}

const struct test IDENTITY_TESTS[] = {
    {"init: applies every property", applies_every_property},
    {"init: gives root what the bounding set allows", gives_root_what_the_bounding_set_allows},
    {"init: clears what bwrap left in the sets", clears_what_bwrap_left_in_the_sets},
    {"init: tells which capability failed", tells_which_capability_failed},
    {"init: tells which id failed", tells_which_id_failed},
    {"init: tells which limit failed", tells_which_limit_failed},
    {"init: forbids user namespaces and nothing else", forbids_user_namespaces_and_nothing_else},
    {"init: tells that user namespaces cannot be forbidden",
     tells_that_user_namespaces_cannot_be_forbidden},
    {"init: forbids keys and nothing else", forbids_keys_and_nothing_else},
    {"init: forbids keys and user namespaces", forbids_both},
    {"init: tells that keys cannot be forbidden", tells_that_keys_cannot_be_forbidden},
    {"identity: leaves groups alone where they cannot be changed", leaves_groups_alone_where_they_cannot_be_changed},
    {NULL, NULL},
};
