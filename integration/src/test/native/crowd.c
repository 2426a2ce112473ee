/* Processes that are hard to end, in cgroups within cgroups. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KINDS = 7, SETTLE_MICROS = 100 };

static void ignore_all(void) {
  for (int number = 1; number < NSIG; number++) {
    if (number != SIGALRM) {
      (void)signal(number, SIG_IGN);
    }
  }
}

static void sleep_on(void) {
  for (;;) {
    (void)pause();
  }
}

static void *idle(void *argument) {
  sleep_on();
  return argument;
}

/* Its parent waits in the kernel until the child executes something, which it never does: shown as D. */
static void suspend_by_vfork(void) {
  if (vfork() == 0) {
    (void)raise(SIGSTOP);
    for (;;) {
      (void)pause();
    }
  }
}

static void trace_a_stopped_child(void) {
  pid_t child = fork();
  if (child == 0) {
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    (void)raise(SIGSTOP);
    sleep_on();
  }
  (void)waitpid(child, NULL, WUNTRACED);
  sleep_on();
}

static void keep_a_zombie(void) {
  if (fork() == 0) {
    _exit(0);
  }
  sleep_on();
}

static void hold_a_ring(void) {
  struct io_uring_params parameters = {.flags = IORING_SETUP_SQPOLL, .sq_thread_idle = 1};
  (void)syscall(SYS_io_uring_setup, 4, &parameters);
  sleep_on();
}

static void hold_threads(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) {
    (void)pthread_create(&thread, NULL, idle, NULL);
  }
  sleep_on();
}

static void stay(int number) {
  (void)setsid();
  (void)alarm(LIFETIME);
  switch (number % KINDS) {
    case 0:
      ignore_all();
      sleep_on();
      break;
    case 1:
      suspend_by_vfork();
      break;
    case 2:
      trace_a_stopped_child();
      break;
    case 3:
      (void)raise(SIGSTOP);
      break;
    case 4:
      keep_a_zombie();
      break;
    case 5:
      if (number % (10 * KINDS) == 5) {
        hold_a_ring();
      }
      break;
    default:
      hold_threads();
  }
  sleep_on();
}

static void enter_level(int level) {
  char path[PATH_SIZE] = "/sys/fs/cgroup", file[PATH_SIZE];
  for (int i = 0; i < level; i++) {
    char deeper[PATH_SIZE];
    (void)strcpy(path, file_of(deeper, path, "level"));
    (void)mkdir(path, 0755);
  }
  if (level > 0) {
    (void)write_file(file_of(file, path, "cgroup.procs"), "0");
  }
}

/* The number says how many were born by this one; each of some kinds has a child of its own. */
void crowd(int processes, int levels) {
  for (int i = 0; i < processes; i++) {
    pid_t child = fork();
    if (child == 0) {
      enter_level(levels == 0 ? 0 : i % (levels + 1));
      stay(i);
    }
    if (child < 0) {
      report_try("fork", "crowd", child);
      break;
    }
    (void)usleep(SETTLE_MICROS);
  }
  report_state("crowd", "%d", processes);
  (void)!write(STDOUT_FILENO, "up\n", 3);
  ignore_all();
  sleep_on();
}

/* Against oneself, to confuse who waits for the end. */
void stop_everything(const char *how) {
  if (strcmp(how, "kill") == 0) {
    report_try("suicide", "cgroup.kill", write_file("/sys/fs/cgroup/cgroup.kill", "1"));
    report_try("suicide", "init/cgroup.kill", write_file("/sys/fs/cgroup/init/cgroup.kill", "1"));
  } else if (strcmp(how, "freeze") == 0) {
    report_try("freeze", "cgroup.freeze", write_file("/sys/fs/cgroup/cgroup.freeze", "1"));
    report_try("freeze", "init/cgroup.freeze", write_file("/sys/fs/cgroup/init/cgroup.freeze", "1"));
  } else if (strcmp(how, "thread") == 0) {
    report_try("thread", "init", write_file("/sys/fs/cgroup/init/cgroup.type", "threaded"));
  } else {
    report_try("signal", how, kill(0, strcmp(how, "stop") == 0 ? SIGSTOP : SIGKILL));
  }
  (void)sleep(LIFETIME);
}
