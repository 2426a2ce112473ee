/* At other processes: signals, traces, memory, pidfds. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HIGHEST_PID = 70000 };

static char own_namespace[64];

static bool namespace_of(const char *process, char *name, size_t size) {
  char path[PATH_SIZE];
  ssize_t length = readlink(file_of(path, process, "ns/pid"), name, size - 1);
  name[length < 0 ? 0 : length] = '\0';
  return length > 0;
}

/* One that answers to a signal, and is none of those that we may know of. */
static bool stranger(int pid) {
  char path[64], name[64];
  if (kill(pid, 0) != 0 && errno == ESRCH) {
    return false;
  }
  (void)snprintf(path, sizeof path, "/proc/%d", pid);
  if (!namespace_of(path, name, sizeof name)) {
    /* It may be one of our own that has ended meanwhile. */
    return kill(pid, 0) == 0 && access(path, F_OK) != 0;
  }
  return strcmp(name, own_namespace) != 0;
}

static void reach(int pid) {
  char target[32];
  char byte;
  (void)snprintf(target, sizeof target, "%d", pid);
  report_try("signal", target, kill(pid, SIGCONT));
  report_try("ptrace", target, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
  struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
  report_try("process_vm_readv", target, process_vm_readv(pid, &here, 1, &there, 1, 0));
}

static void kill_all(const void *nothing) {
  (void)nothing;
  /* Whoever survives it is outside, or the first process of this pid namespace. */
  report_try("kill", "-1", kill(-1, SIGKILL));
}

static void reach_all(const void *nothing) {
  (void)nothing;
  int strangers = 0, descriptors = 0;
  (void)namespace_of("/proc/self", own_namespace, sizeof own_namespace);
  for (int pid = 1; pid < HIGHEST_PID; pid++) {
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd >= 0) {
      descriptors++;
      (void)close(fd);
    }
    if (stranger(pid)) {
      strangers++;
      reach(pid);
    }
  }
  report_state("pidfds", "%d", descriptors);
  report_state("strangers", "%d", strangers);
  report_state("parent", "%d", (int)getppid());
  /* Our parent's parent is the sandbox's first process, whose own parent is nobody here. */
  reach(0);
}

void reach_peers(void) {
  apart(reach_all, NULL);
  if (getpid() == 1) {
    apart(kill_all, NULL);
  }
}
