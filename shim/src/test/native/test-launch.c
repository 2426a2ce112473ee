/* launch: the cgroup, the namespaces, the staging, and what bwrap is left with. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static const uint32_t NAMESPACES = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC;

static char output[32768];

static void begin_plan(struct document *plan, uint32_t flags, uint32_t namespaces,
                       const char *program, const char *const *arguments, uint32_t operations) {
  begin(plan, "HSKP");
  put_u32(plan, flags);
  put_u32(plan, namespaces);
  put_string(plan, program);
  put_strings(plan, arguments);
  put_u32(plan, operations);
}

static void put_mode(struct document *plan, uint32_t kind, const char *path, uint32_t mode) {
  put_u32(plan, kind);
  put_string(plan, "/mounts/7");
  put_string(plan, path);
  put_u32(plan, mode);
}

static void put_link(struct document *plan, const char *target, const char *path) {
  put_u32(plan, OP_SYMLINK);
  put_string(plan, "/linux/devices");
  put_string(plan, target);
  put_string(plan, path);
}

static void put_mount(struct document *plan, const char *source, const char *target,
                      const char *type, uint64_t flags, const char *data) {
  put_u32(plan, OP_MOUNT);
  put_string(plan, "/mounts/3");
  put_string(plan, source);
  put_string(plan, target);
  put_string(plan, type);
  put_u64(plan, flags);
  put_string(plan, data);
}

static void join_init_cgroup(void) {
  join_cgroup("payload/init");
}

static void remove_cgroups(void) {
  char path[256];
  in_cgroup(path, sizeof path, "payload/init");
  (void)rmdir(path);
  in_cgroup(path, sizeof path, "payload");
  (void)rmdir(path);
}

/* S and S/init, as the shim makes them; the descriptor of a namespace with the root S, or -1. */
static int make_cgroups(void) {
  char path[256];
  if (test_cgroup() == NULL) {
    skip("no cgroup v2 to write to");
    return -1;
  }
  remove_cgroups();
  in_cgroup(path, sizeof path, "payload");
  (void)mkdir(path, 0755);
  in_cgroup(path, sizeof path, "payload/init");
  (void)mkdir(path, 0755);
  return cgroup_namespace("payload");
}

static struct reply launch_with(const struct document *plan, void (*prepare)(void), int namespace,
                                int *status) {
  struct run run = {.verb = "launch", .document = plan, .prepare = prepare, .namespace = namespace};
  start(&run);
  struct reply reply = receive(&run);
  if (reply.kind == 'S') {
    go(&run);
    reply = receive(&run);
  }
  drain(run.out, output, sizeof output);
  *status = finish(&run);
  return reply;
}

static void strict_and_in_cgroup(void) {
  (void)umask(077);
  join_init_cgroup();
}

static void own_namespace(const char *name, char *link, size_t size) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  ssize_t length = readlink(path, link, size - 1);
  link[length < 0 ? 0 : length] = '\0';
}

static void expect_other_namespaces(void) {
  static const char *const names[] = {"mnt", "cgroup", "net", "ipc"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char ours[128];
    own_namespace(names[i], ours, sizeof ours);
    expect(strstr(output, names[i]) != NULL, "no %s namespace in the output", names[i]);
    expect(strstr(output, ours) == NULL, "namespace %s is still the host's", ours);
  }
}

static void hands_bwrap_a_settled_process(void) {
  static struct document plan;
  static const char *const questions[] = {"cgroup", "ns:mnt", "ns:cgroup", "ns:net", "ns:ipc",
                                          "lo",     "fds",    "umask",     "status", NULL};
  int namespace = make_cgroups();
  if (namespace < 0) {
    return;
  }
  int status;
  begin_plan(&plan, 1, NAMESPACES, payload_path(), questions, 0);
  end(&plan);
  struct reply reply = launch_with(&plan, strict_and_in_cgroup, namespace, &status);
  /* Descriptor 3 is open in what was started until it ends. */
  expect(reply.kind == 0 && status == 0, "%c %s %d", reply.kind, reply.detail, status);
  expect_line(output, "arg bwrap");
  expect_line(output, "0::/init");
  expect_line(output, "lo up");
  expect_line(output, "fds 0 1 2 3 4 5 8");
  expect_line(output, "umask 77");
  expect_line(output, "SigIgn:\t0000000000000000");
  expect(strstr(output, "env ") == NULL, "an environment was left: %s", output);
  expect_other_namespaces();
  (void)close(namespace);
  remove_cgroups();
}

static void stages_with_exact_modes(void) {
  static struct document plan;
  char stage_path[256];
  char file[512];
  char questions[4][600];
  char line[700];
  int namespace = make_cgroups();
  if (namespace < 0) {
    return;
  }
  (void)snprintf(stage_path, sizeof stage_path, "%s", scratch("stage"));
  static const char *const names[] = {"shared", "file", "link", "bound"};
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(questions[i], sizeof questions[i], "stat:%s/%s", stage_path, names[i]);
  }
  const char *const arguments[] = {questions[0], questions[1], questions[2], questions[3], NULL};
  begin_plan(&plan, 0, CLONE_NEWNS, payload_path(), arguments, 6);
  put_mount(&plan, "tmpfs", stage_path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0750,size=64k");
  (void)snprintf(file, sizeof file, "%s/shared", stage_path);
  put_mode(&plan, OP_MKDIR, file, 03777);
  (void)snprintf(file, sizeof file, "%s/file", stage_path);
  put_mode(&plan, OP_TOUCH, file, 0666);
  (void)snprintf(file, sizeof file, "%s/bound", stage_path);
  put_mode(&plan, OP_TOUCH, file, 0600);
  put_mount(&plan, payload_path(), file, "", MS_BIND, "");
  (void)snprintf(file, sizeof file, "%s/link", stage_path);
  put_link(&plan, "/proc/self/fd", file);
  end(&plan);
  int status;
  struct reply reply = launch_with(&plan, strict_and_in_cgroup, namespace, &status);
  expect(reply.kind == 0, "%c %s: %s", reply.kind, reply.step, reply.detail);
  static const char *const modes[] = {"43777", "100666", "120777", "100755"};
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(line, sizeof line, "stat %s/%s %s", stage_path, names[i], modes[i]);
    expect_line(output, line);
  }
  (void)snprintf(file, sizeof file, "%s/shared", stage_path);
  expect(!exists(file), "the staged tmpfs is visible on the host");
  (void)close(namespace);
  remove_cgroups();
}

static void share_all_mounts(void) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount("none", "/", NULL, MS_REC | MS_SHARED, NULL) != 0) {
    _exit(95);
  }
}

static void passes_no_mount_to_the_host(void) {
  static struct document plan;
  static const char *const questions[] = {"mountinfo", NULL};
  int own = open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC);
  int status;
  begin_plan(&plan, 0, NAMESPACES, payload_path(), questions, 0);
  end(&plan);
  (void)launch_with(&plan, share_all_mounts, own, &status);
  expect(strstr(output, " / / ") != NULL, "no mounts: %s", output);
  expect(strstr(output, " shared:") == NULL, "shared with the host: %s", output);
  expect(strstr(output, " master:") == NULL, "receives from the host: %s", output);
  (void)close(own);
}

static void expect_operation(const struct document *plan, int namespace, int error,
                             const char *words) {
  int status;
  struct reply reply = launch_with(plan, join_init_cgroup, namespace, &status);
  expect_failure(&reply, "mount", error);
  expect(strstr(reply.detail, words) != NULL, "detail: %s", reply.detail);
  expect(status == EXIT_FAILED && output[0] == '\0', "status %d, output %s", status, output);
}

static void names_the_operation_that_failed(void) {
  static struct document plan;
  static const char *const none[] = {NULL};
  int namespace = make_cgroups();
  if (namespace < 0) {
    return;
  }
  begin_plan(&plan, 0, NAMESPACES, payload_path(), none, 1);
  put_mount(&plan, "nothing", "/tmp", "husk-no-such-type", MS_NOSUID, "a=b");
  end(&plan);
  expect_operation(&plan, namespace, ENODEV,
                   "/mounts/3: mount nothing -> /tmp (type husk-no-such-type, flags 0x2, data a=b)");
  begin_plan(&plan, 0, NAMESPACES, payload_path(), none, 1);
  put_mode(&plan, OP_MKDIR, "/nowhere/at/all", 0755);
  end(&plan);
  expect_operation(&plan, namespace, ENOENT, "/mounts/7: mkdir /nowhere/at/all mode 0755");
  begin_plan(&plan, 0, NAMESPACES, payload_path(), none, 1);
  put_mode(&plan, OP_TOUCH, payload_path(), 0644);
  end(&plan);
  expect_operation(&plan, namespace, EEXIST, "/mounts/7: create ");
  begin_plan(&plan, 0, NAMESPACES, payload_path(), none, 1);
  put_link(&plan, "target", "/tmp");
  end(&plan);
  expect_operation(&plan, namespace, EEXIST, "/linux/devices: symlink /tmp -> target");
  (void)close(namespace);
  remove_cgroups();
}

static void stages_nothing_when_the_shim_is_gone(void) {
  static struct document plan;
  static const char *const none[] = {NULL};
  char path[512];
  int namespace = make_cgroups();
  if (namespace < 0) {
    return;
  }
  (void)snprintf(path, sizeof path, "%s/made", scratch("gone"));
  begin_plan(&plan, 0, NAMESPACES, payload_path(), none, 1);
  put_mode(&plan, OP_MKDIR, path, 0755);
  end(&plan);
  struct run run = {
      .verb = "launch", .document = &plan, .prepare = join_init_cgroup, .namespace = namespace};
  start(&run);
  struct reply reply = receive(&run);
  expect(reply.kind == 'S', "not settled: %s", reply.detail);
  (void)shutdown(run.control, SHUT_WR);
  drain(run.out, output, sizeof output);
  int status = finish(&run);
  expect(status == EXIT_FAILED && output[0] == '\0', "status %d: %s", status, output);
  expect(!exists(path), "the plan was carried out");
  (void)close(namespace);
  remove_cgroups();
}

static void expect_step(const struct document *plan, void (*prepare)(void), int namespace,
                        const char *step, int error, int wanted_status) {
  int status;
  struct reply reply = launch_with(plan, prepare, namespace, &status);
  expect_failure(&reply, step, error);
  expect(status == wanted_status, "%s: status %d", step, status);
}

static void without_sys_admin(void) {
  drop_capability(21);
}

/* In a user namespace of its own, where such a limit can be set without any other notice. */
static void without_network_namespaces(void) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) != 0 ||
      dup2(open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC), FD_CGROUP_NAMESPACE) < 0) {
    _exit(95);
  }
  write_file("/proc/self/uid_map", "0 0 1", 0644); /* else exec takes the capabilities away */
  write_file("/proc/sys/user/max_net_namespaces", "0", 0644);
}

static void tells_which_step_failed(void) {
  static struct document plan;
  static const char *const none[] = {NULL};
  int own = open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC);
  begin_plan(&plan, 0, NAMESPACES, "/nowhere/bwrap", none, 0);
  end(&plan);
  expect_step(&plan, without_sys_admin, own, "setns", EPERM, EXIT_FAILED);
  expect_step(&plan, NULL, -1, "setns", EBADF, EXIT_FAILED);
  expect_step(&plan, without_network_namespaces, own, "unshare", ENOSPC, EXIT_FAILED);
  expect_step(&plan, NULL, own, "bwrap", ENOENT, EXIT_NOT_FOUND);
  begin_plan(&plan, 0, NAMESPACES, "/tmp", none, 0);
  end(&plan);
  expect_step(&plan, NULL, own, "bwrap", EACCES, EXIT_NOT_EXECUTABLE);
  size_t whole = plan.size;
  for (plan.size = 0; plan.size < whole; plan.size += sanitized() ? 17 : 1) {
    expect_step(&plan, NULL, own, "plan", EINVAL, EXIT_FAILED);
  }
  (void)close(own);
}

static void in_payload_cgroup(void) {
  join_cgroup("payload");
}

/* As the shim does: the maps where it has waited for them, then S/init. */
static void map_root(pid_t pid) {
  char path[64];
  (void)snprintf(path, sizeof path, "/proc/%d/uid_map", (int)pid);
  write_file(path, "0 0 1", 0644);
  (void)snprintf(path, sizeof path, "/proc/%d/setgroups", (int)pid);
  write_file(path, "deny", 0644);
  (void)snprintf(path, sizeof path, "/proc/%d/gid_map", (int)pid);
  write_file(path, "0 0 1", 0644);
}

static void settle_in_init(pid_t pid) {
  char path[256];
  char number[16];
  in_cgroup(path, sizeof path, "payload/init/cgroup.procs");
  (void)snprintf(number, sizeof number, "%d", (int)pid);
  write_file(path, number, 0644);
}

static struct reply begin_in_user_namespace(struct run *run) {
  start(run);
  struct reply reply = receive(run);
  expect(reply.kind == 'U', "%c %s: %s", reply.kind, reply.step, reply.detail);
  return reply;
}

static void makes_a_user_namespace_around_all_others(void) {
  static struct document plan;
  static const char *const questions[] = {"cgroup", "ns:user", "ns:mnt", "ns:cgroup", "ns:net", "ns:ipc",
                                          "lo",     "fds",     "status", NULL};
  int namespace = make_cgroups();
  if (namespace < 0) {
    return;
  }
  (void)close(namespace);
  begin_plan(&plan, 3, NAMESPACES, payload_path(), questions, 0);
  end(&plan);
  struct run run = {.verb = "launch", .document = &plan, .prepare = in_payload_cgroup, .namespace = -1};
  (void)begin_in_user_namespace(&run);
  map_root(run.pid);
  go(&run);
  struct reply reply = receive(&run);
  expect(reply.kind == 'S', "%c %s: %s", reply.kind, reply.step, reply.detail);
  settle_in_init(run.pid);
  go(&run);
  reply = receive(&run);
  drain(run.out, output, sizeof output);
  int status = finish(&run);
  expect(reply.kind == 0 && status == 0, "%c %s %d", reply.kind, reply.detail, status);
  expect_line(output, "0::/init");
  expect_line(output, "lo up");
  expect_line(output, "fds 0 1 2 3 4 5 8");
  expect_line(output, "Uid:\t0\t0\t0\t0");
  char ours[128];
  own_namespace("user", ours, sizeof ours);
  expect(strstr(output, "user:") != NULL && strstr(output, ours) == NULL, "user namespace: %s", output);
  expect_other_namespaces();
  remove_cgroups();
}

static void without_user_namespaces(void) {
  if (unshare(CLONE_NEWUSER) != 0) {
    _exit(95);
  }
  write_file("/proc/self/uid_map", "0 0 1", 0644);
  write_file("/proc/sys/user/max_user_namespaces", "0", 0644);
}

static void goes_nowhere_without_maps(void) {
  static struct document plan;
  static const char *const none[] = {NULL};
  begin_plan(&plan, 2, NAMESPACES, payload_path(), none, 0);
  end(&plan);
  struct run run = {.verb = "launch", .document = &plan, .namespace = -1};
  (void)begin_in_user_namespace(&run);
  go(&run);
  struct reply reply = receive(&run);
  expect_failure(&reply, "userns", EINVAL);
  expect(finish(&run) == EXIT_FAILED, "it went on");
  struct run orphan = {.verb = "launch", .document = &plan, .namespace = -1};
  (void)begin_in_user_namespace(&orphan);
  (void)shutdown(orphan.control, SHUT_WR);
  drain(orphan.out, output, sizeof output);
  expect(finish(&orphan) == EXIT_FAILED && output[0] == '\0', "it went on without its shim: %s", output);
  expect_step(&plan, without_user_namespaces, -1, "userns", ENOSPC, EXIT_FAILED);
}

const struct test LAUNCH_TESTS[] = {
    {"launch: hands bwrap a settled process", hands_bwrap_a_settled_process},
    {"launch: stages with exact modes", stages_with_exact_modes},
    {"launch: passes no mount to the host", passes_no_mount_to_the_host},
    {"launch: names the operation that failed", names_the_operation_that_failed},
    {"launch: stages nothing when the shim is gone", stages_nothing_when_the_shim_is_gone},
    {"launch: tells which step failed", tells_which_step_failed},
    {"launch: makes a user namespace around all others", makes_a_user_namespace_around_all_others},
    {"launch: goes nowhere without maps", goes_nowhere_without_maps},
    {NULL, NULL},
};
