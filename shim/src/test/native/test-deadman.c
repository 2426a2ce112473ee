/* deadman: kills and removes when the shim is gone, and only then. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static char messages[4096];

struct watch {
  pid_t deadman;
  pid_t victim;
  int pipe;
  int messages;
  char directory[256];
};

static const char *const BELOW[] = {"", "/payload", "/payload/init", "/payload/a", "/payload/a/b"};
enum { LEVELS = sizeof BELOW / sizeof *BELOW };

static void level(const struct watch *watch, int index, const char *file, char *path, size_t size) {
  (void)snprintf(path, size, "%s%s%s", watch->directory, BELOW[index], file);
}

static pid_t start_victim(const char *procs) {
  pid_t pid = fork();
  if (pid == 0) {
    write_file(procs, "0", 0644);
    for (;;) {
      (void)pause();
    }
  }
  return pid;
}

static bool populated(const struct watch *watch) {
  char path[300];
  char events[256];
  level(watch, 0, "/cgroup.events", path, sizeof path);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t count = fd < 0 ? 0 : read(fd, events, sizeof events - 1);
  (void)close(fd);
  events[count < 0 ? 0 : count] = '\0';
  return strstr(events, "populated 1") != NULL;
}

static _Noreturn void become_deadman(const struct watch *watch, const int *ends, int errors,
                                     const char *other) {
  char path[300];
  level(watch, 0, "/cgroup.kill", path, sizeof path);
  int kill_fd = open(path, O_WRONLY);
  level(watch, 0, "/cgroup.events", path, sizeof path);
  int events_fd = open(path, O_RDONLY);
  int from[] = {fcntl(ends[0], F_DUPFD, 100), fcntl(kill_fd, F_DUPFD, 100),
                fcntl(events_fd, F_DUPFD, 100)};
  (void)dup2(errors, STDERR_FILENO);
  for (int i = 0; i < 3; i++) {
    (void)dup2(from[i], 3 + i);
  }
  /* The other end of the pipe among them: descriptors that the deadman must close itself. */
  (void)fcntl(ends[1], F_DUPFD, 60);
  static char *const environment[] = {NULL};
  const char *arguments[] = {"husk-init", "deadman", watch->directory, other, NULL};
  (void)execve(husk_init_path(), (char *const *)(uintptr_t)arguments, environment);
  _exit(97);
}

static bool begin_watch(struct watch *watch, const char *other) {
  if (test_cgroup() == NULL) {
    skip("no cgroup v2 to write to");
    return false;
  }
  char path[300];
  in_cgroup(watch->directory, sizeof watch->directory, "watched");
  for (int i = 0; i < LEVELS; i++) {
    level(watch, i, "", path, sizeof path);
    (void)mkdir(path, 0755);
  }
  level(watch, LEVELS - 1, "/cgroup.procs", path, sizeof path);
  watch->victim = start_victim(path);
  while (!populated(watch)) {
    (void)poll(NULL, 0, 1);
  }
  int ends[2];
  int errors[2];
  expect(pipe2(ends, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0, "pipe2");
  watch->deadman = fork();
  if (watch->deadman == 0) {
    become_deadman(watch, ends, errors[1], other);
  }
  (void)close(ends[0]);
  (void)close(errors[1]);
  watch->pipe = ends[1];
  watch->messages = errors[0];
  return true;
}

static int end_watch(struct watch *watch) {
  drain(watch->messages, messages, sizeof messages);
  (void)close(watch->messages);
  return await_end(watch->deadman);
}

static void clean_up(struct watch *watch) {
  char path[300];
  (void)kill(watch->victim, SIGKILL);
  (void)waitpid(watch->victim, NULL, 0);
  for (int i = LEVELS - 1; i >= 0; i--) {
    level(watch, i, "", path, sizeof path);
    (void)rmdir(path);
  }
}

static void kills_and_removes_when_the_shim_is_gone(void) {
  struct watch watch;
  if (!begin_watch(&watch, NULL)) {
    return;
  }
  (void)close(watch.pipe);
  int status = end_watch(&watch);
  expect(status == 0 && messages[0] == '\0', "status %d: %s", status, messages);
  expect(!exists(watch.directory), "%s is left over", watch.directory);
  expect(!populated(&watch), "the victim was not killed");
  clean_up(&watch);
}

static void does_nothing_when_disarmed(void) {
  struct watch watch;
  if (!begin_watch(&watch, NULL)) {
    return;
  }
  expect(write(watch.pipe, "D", 1) == 1, "write");
  int status = end_watch(&watch);
  (void)close(watch.pipe);
  expect(status == 0 && messages[0] == '\0', "status %d: %s", status, messages);
  expect(populated(&watch), "the victim was killed");
  clean_up(&watch);
}

static void await_comm(pid_t pid) {
  char path[64];
  char comm[32] = "";
  (void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
  for (int i = 0; i < 5000 && strcmp(comm, "husk-deadman\n") != 0; i++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = read(fd, comm, sizeof comm - 1);
    comm[count < 0 ? 0 : count] = '\0';
    (void)close(fd);
    (void)poll(NULL, 0, 1);
  }
  expect(strcmp(comm, "husk-deadman\n") == 0, "comm %s", comm);
}

/* Its name is set before, its signals are ignored shortly after: shown in SigIgn. */
static void await_ignoring(pid_t pid) {
  char path[64];
  char status[4096] = "";
  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  for (int i = 0; i < 5000 && strstr(status, "SigIgn:\tfffffff") == NULL; i++) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = read(fd, status, sizeof status - 1);
    status[count < 0 ? 0 : count] = '\0';
    (void)close(fd);
    (void)poll(NULL, 0, 1);
  }
}

static void outlives_signals(void) {
  static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE};
  struct watch watch;
  if (!begin_watch(&watch, NULL)) {
    return;
  }
  await_comm(watch.deadman);
  await_ignoring(watch.deadman);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    (void)kill(watch.deadman, signals[i]);
  }
  expect(populated(&watch), "killed too early");
  (void)close(watch.pipe);
  int status = end_watch(&watch);
  expect(status == 0, "status %d: %s", status, messages);
  expect(!exists(watch.directory), "%s is left over", watch.directory);
  clean_up(&watch);
}

static void removes_nothing_but_cgroups(void) {
  struct watch watch;
  const char *other = scratch("no cgroup");
  if (!begin_watch(&watch, other)) {
    return;
  }
  (void)close(watch.pipe);
  int status = end_watch(&watch);
  expect(status == EXIT_FAILED, "status %d", status);
  expect(strstr(messages, "not a cgroup v2 directory") != NULL, "said: %s", messages);
  expect(exists(other), "a plain directory was removed");
  expect(!exists(watch.directory), "%s is left over", watch.directory);
  clean_up(&watch);
}

const struct test DEADMAN_TESTS[] = {
    {"deadman: kills and removes when the shim is gone", kills_and_removes_when_the_shim_is_gone},
    {"deadman: does nothing when disarmed", does_nothing_when_disarmed},
    {"deadman: outlives signals", outlives_signals},
    {"deadman: removes nothing but cgroups", removes_nothing_but_cgroups},
    {NULL, NULL},
};
