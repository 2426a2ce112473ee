/* deadman: outlives the shim just long enough to kill the sandbox and to remove its cgroups. */
#include "husk-init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum { FD_PIPE = 3, FD_KILL = 4, FD_EVENTS = 5 };

enum {
  KILL_ROUNDS = 10,
  ROUND_MILLIS = 1000,
  RMDIR_ATTEMPTS = 100,
  RMDIR_PAUSE_MILLIS = 10,
  MAX_DEPTH = 256, /* one descriptor per level */
  MAX_REMOVED = 100000,
};

static unsigned failures;

static void complain(const char *what, const char *where, int error) {
  struct text text = {0};
  text_add(&text, "husk-deadman: ");
  text_add(&text, what);
  text_add(&text, " ");
  text_add(&text, where);
  if (error != 0) {
    text_add(&text, ": ");
    text_add(&text, strerror(error));
  }
  text_add(&text, "\n");
  (void)!write(STDERR_FILENO, text.bytes, text.length);
  failures++;
}

static void ignore_signals(void) {
  struct sigaction action = {.sa_handler = SIG_IGN};
  for (int number = 1; number <= SIGRTMAX; number++) {
    /* Fails for SIGKILL, SIGSTOP and the two that libc keeps. */
    (void)sigaction(number, &action, NULL);
  }
  /*
   * Who stops the unit sends this to all that is in it. While it is blocked it stays pending, for
   * the shim to see in /proc.
   */
  sigset_t stop;
  (void)sigemptyset(&stop);
  (void)sigaddset(&stop, SIGTERM);
  (void)sigprocmask(SIG_BLOCK, &stop, NULL);
}

/* Whether the shim says that it needs no deadman any more. Its death says nothing: end of file. */
static bool disarmed(void) {
  char byte;
  ssize_t count;
  do {
    count = read(FD_PIPE, &byte, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1 && byte == 'D';
}

enum population { POPULATED, EMPTY, GONE };

static enum population population(void) {
  char events[256];
  ssize_t count = pread(FD_EVENTS, events, sizeof events - 1, 0);
  if (count < 0) {
    if (errno == ENODEV) {
      return GONE;
    }
    /* Blind, but not harmful: the kernel refuses to remove a populated cgroup. */
    complain("cannot read", "cgroup.events", errno);
    return EMPTY;
  }
  events[count] = '\0';
  return strstr(events, "populated 0") != NULL ? EMPTY : POPULATED;
}

static long long now_millis(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The kernel flags each change of cgroup.events with POLLPRI; other keys than `populated` too. */
static enum population await_empty(long long deadline) {
  enum population state = population();
  while (state == POPULATED) {
    long long left = deadline - now_millis();
    if (left <= 0) {
      break;
    }
    struct pollfd request = {.fd = FD_EVENTS, .events = POLLPRI};
    (void)poll(&request, 1, (int)left);
    state = population();
  }
  return state;
}

static enum population kill_all(void) {
  enum population state = POPULATED;
  for (int round = 0; round < KILL_ROUNDS && state == POPULATED; round++) {
    if (pwrite(FD_KILL, "1", 1, 0) != 1) {
      if (errno == ENODEV) {
        return GONE;
      }
      complain("cannot write 1 to", "cgroup.kill", errno);
    }
    state = await_empty(now_millis() + ROUND_MILLIS);
  }
  return state;
}

/*
 * A cgroup may stay busy for a moment after its last process is gone (Linux 6.19 and later), and
 * nothing notifies of the end of that moment.
 */
static void remove_directory(int parent, const char *name) {
  for (int attempt = 0; unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT; attempt++) {
    if (errno != EBUSY || attempt >= RMDIR_ATTEMPTS) {
      complain("cannot remove cgroup", name, errno);
      return;
    }
    (void)poll(NULL, 0, RMDIR_PAUSE_MILLIS);
  }
}

static void remove_children(int fd, int depth, unsigned *budget);

static void remove_tree(int parent, const char *name, int depth, unsigned *budget) {
  if (depth >= MAX_DEPTH || *budget == 0) {
    complain("cgroup tree too large, left over:", name, 0);
    return;
  }
  --*budget;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) {
    if (errno != ENOENT) {
      complain("cannot open cgroup", name, errno);
    }
    return;
  }
  struct statfs file_system;
  if (fstatfs(fd, &file_system) != 0 || file_system.f_type != CGROUP2_SUPER_MAGIC) {
    complain("not a cgroup v2 directory, left alone:", name, 0);
    (void)close(fd);
    return;
  }
  remove_children(fd, depth, budget);
  remove_directory(parent, name);
}

/* Takes the descriptor over. */
static void remove_children(int fd, int depth, unsigned *budget) {
  DIR *directory = fdopendir(fd);
  if (directory == NULL) {
    complain("cannot list cgroup", "children", errno);
    (void)close(fd);
    return;
  }
  struct dirent *entry;
  while (*budget > 0 && (entry = readdir(directory)) != NULL) {
    if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") != 0 &&
        strcmp(entry->d_name, "..") != 0) {
      remove_tree(fd, entry->d_name, depth + 1, budget);
    }
  }
  (void)closedir(directory);
}

/* Others may use it: that is no reason to complain, and the kernel keeps it then. */
static void remove_empty_parent(const char *path) {
  struct statfs file_system;
  if (statfs(path, &file_system) != 0) {
    return;
  }
  if (file_system.f_type != CGROUP2_SUPER_MAGIC) {
    complain("not a cgroup v2 directory, left alone:", path, 0);
    return;
  }
  (void)unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

/* directories: the sandbox's cgroup, then parents to be removed as well if nothing else is there. */
_Noreturn void deadman(char **directories) {
  (void)prctl(PR_SET_NAME, "husk-deadman", 0, 0, 0);
  ignore_signals();
  (void)close_descriptors(FD_EVENTS + 1, ~0U);
  (void)!chdir("/");
  if (disarmed()) {
    _exit(0);
  }
  if (kill_all() == POPULATED) {
    complain("still populated after repeated kills:", directories[0], 0);
    _exit(EXIT_FAILED);
  }
  unsigned budget = MAX_REMOVED;
  remove_tree(AT_FDCWD, directories[0], 0, &budget);
  for (char **parent = directories + 1; *parent != NULL; parent++) {
    remove_empty_parent(*parent);
  }
  _exit(failures == 0 ? 0 : EXIT_FAILED);
}
