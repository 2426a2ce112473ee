/* Births without end, of every kind, each of them on its way out of its family. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* The pause lets others, of whom there are many at a time, be born as well. */
enum { KINDS = 5, CGROUPS = 4, LEVELS = 3, RAGING = 2, PAUSE_MICROS = 1000 };

/* In memory that all of them share: as the host may not bound us, we do. */
static int *alive;
static int most;

static bool take_place(void) {
  if (__atomic_add_fetch(alive, 1, __ATOMIC_RELAXED) <= most) {
    return true;
  }
  (void)__atomic_sub_fetch(alive, 1, __ATOMIC_RELAXED);
  return false;
}

/* Stays if there is room for it, else makes room for the next. */
static void leaf(void) {
  (void)setsid();
  (void)alarm(LIFETIME);
  if (take_place()) {
    (void)pause();
  }
  _exit(0);
}

static void fork_twice(void) {
  pid_t child = fork();
  if (child == 0) {
    (void)setsid();
    if (fork() == 0) {
      leaf();
    }
    _exit(0);
  }
  (void)waitpid(child, NULL, 0);
}

static void *thread(void *argument) {
  pid_t child = fork();
  if (child == 0) {
    leaf();
  }
  (void)waitpid(child, NULL, WNOHANG);
  return argument;
}

static void fork_from_threads(void) {
  pthread_t threads[4];
  size_t started = 0;
  while (started < 4 && pthread_create(&threads[started], NULL, thread, NULL) == 0) {
    started++;
  }
  while (started > 0) {
    (void)pthread_join(threads[--started], NULL);
  }
}

static void vfork_and_execute(void) {
  static char *const arguments[] = {(char *)"hostile", (char *)"nothing", NULL};
  pid_t child = vfork();
  if (child == 0) {
    (void)execv("/proc/self/exe", arguments);
    _exit(1);
  }
  (void)waitpid(child, NULL, WNOHANG);
}

static void cgroup_name(char *path, int number, int level) {
  int length = snprintf(path, PATH_SIZE, "/sys/fs/cgroup/s%d", number);
  for (int i = 0; i < level; i++) {
    length += snprintf(path + length, (size_t)(PATH_SIZE - length), "/n%d", i);
  }
}

static void be_born_elsewhere(unsigned round) {
  char path[PATH_SIZE];
  cgroup_name(path, (int)(round % CGROUPS), (int)(round / CGROUPS % LEVELS));
  int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct clone_args arguments = {
      .flags = fd < 0 ? 0 : CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = fd < 0 ? 0 : (uint64_t)fd};
  long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child == 0) {
    leaf();
  }
  if (fd >= 0) {
    (void)close(fd);
  }
}

static void move_and_back(unsigned round) {
  char path[PATH_SIZE], file[PATH_SIZE];
  cgroup_name(path, (int)(round % CGROUPS), (int)(round / CGROUPS % LEVELS));
  if (mkdir(path, 0755) == 0 || errno == EEXIST) {
    (void)write_file(file_of(file, path, "cgroup.procs"), "0");
    if (fork() == 0) {
      leaf();
    }
    (void)write_file("/sys/fs/cgroup/init/cgroup.procs", "0");
    if (round % 7 == 0) {
      (void)rmdir(path);
    }
  }
}

static void rage(unsigned seed) {
  (void)alarm(LIFETIME);
  for (unsigned round = seed;; round++) {
    switch (round % KINDS) {
      case 0:
        fork_twice();
        break;
      case 1:
        fork_from_threads();
        break;
      case 2:
        vfork_and_execute();
        break;
      case 3:
        be_born_elsewhere(round / KINDS);
        break;
      default:
        move_and_back(round / KINDS);
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    (void)usleep(PAUSE_MICROS);
  }
}

static void say_up(void) {
  static const char up[] = "up\n";
  (void)!write(STDOUT_FILENO, up, sizeof up - 1);
}

void storm(int processes) {
  alive = mmap(NULL, sizeof *alive, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (alive == MAP_FAILED) {
    _exit(1);
  }
  most = processes;
  for (int signal_number = 1; signal_number < 32; signal_number++) {
    if (signal_number != SIGCHLD && signal_number != SIGALRM) {
      (void)signal(signal_number, SIG_IGN);
    }
  }
  for (unsigned i = 1; i < RAGING; i++) {
    if (fork() == 0) {
      rage(i * 2);
    }
  }
  say_up();
  rage(1);
}

void daemonise(void) {
  if (fork() == 0) {
    (void)setsid();
    if (fork() == 0) {
      for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        (void)close(fd);
      }
      (void)!chdir("/");
      (void)alarm(LIFETIME);
      for (;;) {
        (void)pause();
      }
    }
    _exit(0);
  }
  while (wait(NULL) > 0) {
  }
  say_up();
}
