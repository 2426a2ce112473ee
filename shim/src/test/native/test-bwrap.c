/* The whole way: launch, the real bwrap, init, payload. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const char BWRAP[] = "/usr/bin/bwrap";

static char output[32768];
static struct document spec_document;
static char bwrap_arguments[8192];
static size_t bwrap_arguments_size;

static void add(const char *argument) {
  size_t length = strlen(argument) + 1;
  memcpy(bwrap_arguments + bwrap_arguments_size, argument, length);
  bwrap_arguments_size += length;
}

static void add_all(const char *const *arguments) {
  for (; *arguments != NULL; arguments++) {
    add(*arguments);
  }
}

static int memfd_of(const char *bytes, size_t size) {
  int fd = memfd_create("test", 0);
  if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) {
    _exit(95);
  }
  (void)lseek(fd, 0, SEEK_SET);
  return fd;
}

/* What the harness does not place: the spec and the arguments of bwrap. */
static void prepare(void) {
  join_cgroup("whole/init");
  (void)dup2(memfd_of(spec_document.bytes, spec_document.size), FD_SPEC);
  (void)dup2(memfd_of(bwrap_arguments, bwrap_arguments_size), FD_BWRAP_ARGS);
}

static void build_rootfs(const char *root) {
  char path[512];
  static const char *const names[] = {"proc", "dev", "bin"};
  for (size_t i = 0; i < 3; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", root, names[i]);
    (void)mkdir(path, 0755);
  }
  (void)snprintf(path, sizeof path, "%s/bin/payload", root);
  (void)unlink(path);
  if (link(payload_path(), path) != 0) {
    expect(false, "link %s: %s", path, strerror(errno));
  }
}

static void build_arguments(const char *root, const char *device) {
  const char *const arguments[] = {"--bind", root, "/", "--proc", "/proc", "--dev-bind", device,
                                   "/dev", "--ro-bind", husk_init_path(), "/dev/.husk-init",
                                   "--unshare-pid", "--as-pid-1", "--new-session", "--cap-drop",
                                   "ALL", NULL};
  static const char *const capabilities[] = {"CAP_SYS_ADMIN", "CAP_SETPCAP", "CAP_SETUID",
                                             "CAP_SETGID", "CAP_DAC_OVERRIDE", "CAP_KILL", NULL};
  bwrap_arguments_size = 0;
  add_all(arguments);
  for (size_t i = 0; capabilities[i] != NULL; i++) {
    add("--cap-add");
    add(capabilities[i]);
  }
}

static void build_plan(struct document *plan, const char *device) {
  static const char *const arguments[] = {"--args", "5", "--", "/dev/.husk-init", "init", NULL};
  begin(plan, "HSKP");
  put_u32(plan, 1);
  put_u32(plan, CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC);
  put_string(plan, BWRAP);
  put_strings(plan, arguments);
  put_u32(plan, 1);
  put_u32(plan, OP_MOUNT);
  put_string(plan, "/mounts/1");
  put_string(plan, "tmpfs");
  put_string(plan, device);
  put_string(plan, "tmpfs");
  put_u64(plan, MS_NOSUID);
  put_string(plan, "mode=0755,size=64k");
  end(plan);
}

static void build_payload(void) {
  struct test_spec spec = default_spec();
  spec.uid = 1000;
  spec.gid = 1000;
  spec.capabilities.bounding = UINT64_C(1) << 5;
  spec.no_new_privs = true;
  spec.cwd = "/work/dir";
  spec.hide = "/dev/.husk-init";
  spec.env[0] = "PATH=/bin";
  const char *const questions[] = {"payload", "status", "fds", "cwd", "cgroup",
                                   "stat:/dev/.husk-init", "exit:42", NULL};
  memcpy(spec.args, questions, sizeof questions);
  build_spec(&spec_document, &spec);
}

static void expect_cgroup_of(pid_t pid) {
  char path[64];
  char found[512];
  char wanted[256];
  in_cgroup(wanted, sizeof wanted, "whole/init\n");
  (void)snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  drain(fd, found, sizeof found);
  (void)close(fd);
  expect(strstr(found, strstr(wanted, "/husk-test")) != NULL, "init is in %s", found);
}

static void check_payload(void) {
  expect_line(output, "pid 1");
  expect_line(output, "Uid:\t1000\t1000\t1000\t1000");
  expect_line(output, "CapPrm:\t0000000000000000");
  expect_line(output, "CapBnd:\t0000000000000020");
  expect_line(output, "NoNewPrivs:\t1");
  expect_line(output, "fds 0 1 2");
  expect_line(output, "cwd /work/dir");
  expect_line(output, "0::/init");
  expect_line(output, "stat /dev/.husk-init missing");
}

static void runs_a_payload_in_bwrap(void) {
  static struct document plan;
  char root[256];
  char device[256];
  char init_cgroup[256];
  if (sanitized() || access(BWRAP, X_OK) != 0 || test_cgroup() == NULL) {
    skip("needs bwrap, cgroup v2 and the static program");
    return;
  }
  char cgroup[256];
  in_cgroup(cgroup, sizeof cgroup, "whole");
  in_cgroup(init_cgroup, sizeof init_cgroup, "whole/init");
  (void)mkdir(cgroup, 0755);
  (void)mkdir(init_cgroup, 0755);
  (void)snprintf(root, sizeof root, "%s", scratch("rootfs"));
  (void)snprintf(device, sizeof device, "%s", scratch("device"));
  build_rootfs(root);
  build_arguments(root, device);
  build_plan(&plan, device);
  build_payload();

  int namespace = cgroup_namespace("whole");
  struct run run = {
      .verb = "launch", .document = &plan, .prepare = prepare, .namespace = namespace};
  start(&run);
  struct reply reply = receive(&run);
  expect(reply.kind == 'S', "not settled: %s %s", reply.step, reply.detail);
  go(&run);
  reply = receive(&run);
  expect(reply.kind == 'R' && reply.sender > 1, "not ready: '%c' %s %d %s", reply.kind, reply.step,
         reply.error, reply.detail);
  expect_cgroup_of(reply.sender);
  if (reply.kind == 'R') {
    go(&run);
    reply = receive(&run);
  }
  expect(reply.kind == 0, "after the start: '%c' %s %d %s", reply.kind, reply.step, reply.error,
         reply.detail);
  drain(run.out, output, sizeof output);
  int status = finish(&run);
  expect(status == 42, "status %d", status);
  check_payload();
  (void)close(namespace);
  (void)rmdir(init_cgroup);
  expect(rmdir(cgroup) == 0, "%s is left over: %s", cgroup, strerror(errno));
}

const struct test BWRAP_TESTS[] = {
    {"whole way: runs a payload in bwrap", runs_a_payload_in_bwrap},
    {NULL, NULL},
};
