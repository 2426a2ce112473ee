/* Into any cgroup that can be found, by its files and by birth. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* Long enough for an observer to see where we are. */
static void linger(void) { (void)usleep(LINGER_MICROS); }

static void write_self(const void *path) {
  char own[32];
  long result = write_file(path, "0");
  report_try("join", path, result);
  if (result >= 0) {
    report_where("joined");
    linger();
    return;
  }
  (void)snprintf(own, sizeof own, "%d", getpid());
  if (write_file(path, own) >= 0) {
    report_where("joined by pid");
    linger();
  }
}

static void be_born(const void *directory) {
  int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    report_try("clone-into", directory, fd);
    return;
  }
  struct clone_args arguments = {
      .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)fd};
  long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) {
    report_where("born");
    linger();
    _exit(0);
  }
  report_try("clone-into", directory, child);
  while (child > 0 && wait(NULL) >= 0) {
  }
}

static void enter(const char *directory) {
  char path[PATH_SIZE];
  apart(write_self, file_of(path, directory, "cgroup.procs"));
  apart(write_self, file_of(path, directory, "cgroup.threads"));
  apart(be_born, directory);
}

/* Opened only, as what it would change is the host's; but for the victim that the test made for us. */
static void look(const char *directory) {
  char path[PATH_SIZE];
  if (strstr(directory, "husk-test-victim") != NULL) {
    report_try("freeze-v1", directory, write_file(file_of(path, directory, "freezer.state"), "FROZEN"));
  }
  int fd = open(file_of(path, directory, "cgroup.procs"), O_WRONLY | O_CLOEXEC);
  report_try("open-v1", path, fd);
  if (fd >= 0) {
    (void)close(fd);
  }
}

void join_cgroups(void) {
  walk_mounts("cgroup2", enter);
  walk_mounts("cgroup", look);
}
