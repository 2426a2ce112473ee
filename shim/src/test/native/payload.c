/* The program that the tests let husk-init start: prints what it finds, as asked by its arguments. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static void print_file(const char *path) {
  char line[4096];
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    (void)fputs(line, stdout);
  }
  if (file != NULL) {
    (void)fclose(file);
  }
}

static void print_limit(int number) {
  struct rlimit limit;
  if (getrlimit((__rlimit_resource_t)number, &limit) == 0) {
    (void)printf("limit %d %llu %llu\n", number, (unsigned long long)limit.rlim_cur,
                 (unsigned long long)limit.rlim_max);
  }
}

static void print_descriptors(void) {
  DIR *directory = opendir("/proc/self/fd");
  struct dirent *entry;
  (void)printf("fds");
  while (directory != NULL && (entry = readdir(directory)) != NULL) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != dirfd(directory)) {
      (void)printf(" %d", fd);
    }
  }
  (void)printf("\n");
  if (directory != NULL) {
    (void)closedir(directory);
  }
}

static void print_namespace(const char *name) {
  char path[PATH_MAX];
  char link[256];
  (void)snprintf(path, sizeof path, "/proc/self/ns/%s", name);
  ssize_t length = readlink(path, link, sizeof link - 1);
  (void)printf("ns %.*s\n", length < 0 ? 0 : (int)length, link);
}

static void print_status(const char *path) {
  struct stat status;
  if (lstat(path, &status) != 0) {
    (void)printf("stat %s missing\n", path);
  } else {
    (void)printf("stat %s %o\n", path, status.st_mode);
  }
}

static void print_loopback(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  int up = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
  (void)printf("lo %s\n", up ? "up" : "down");
  (void)close(fd);
}

static void print_cwd(void) {
  char where[PATH_MAX];
  (void)printf("cwd %s\n", getcwd(where, sizeof where) == NULL ? "none" : where);
}

static void print_umask(void) {
  mode_t mask = umask(0);
  (void)umask(mask);
  (void)printf("umask %o\n", mask);
}

static void print_result(const char *name, long result) {
  int error = errno;
  if (result == 0 && name[0] == 'c') {
    _exit(0); /* the child of a clone */
  }
  (void)printf("%s %d\n", name, result < 0 ? error : 0);
  (void)fflush(stdout);
}

/* Each way to make a user namespace, and its errno. */
static void try_user_namespaces(void) {
  struct {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
  } arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  (void)fflush(stdout);
  print_result("clone", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
  print_result("clone3", syscall(SYS_clone3, &arguments, sizeof arguments));
  print_result("clone-plain", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  print_result("unshare-files", syscall(SYS_unshare, CLONE_FILES));
#if defined(__x86_64__)
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(310), "b"(CLONE_NEWUSER) : "memory");
  errno = (int)-result;
  print_result("unshare32", result < 0 ? -1 : 0);
#endif
  print_result("unshare", syscall(SYS_unshare, CLONE_NEWUSER));
}

#if defined(__x86_64__)
/* The 32-bit call; a kernel without 32-bit programs ends the one that tries. */
static void print_result32(const char *name, long number, long first) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(-4L), "d"(0L) : "memory");
  errno = (int)-result;
  print_result(name, result < 0 ? -1 : 0);
}
#endif

/* Each way to the keys, and its errno; what is asked for is harmless and would succeed, or fail with EFAULT. */
static void try_keys(void) {
  enum { GET_KEYRING_ID = 0, SESSION_KEYRING = -3, X32 = 0x40000000 };
  print_result("getpid", syscall(SYS_getpid) > 0 ? 0 : -1);
  print_result("keyctl", syscall(SYS_keyctl, GET_KEYRING_ID, SESSION_KEYRING, 1) > 0 ? 0 : -1);
  print_result("add_key", syscall(SYS_add_key, NULL, NULL, NULL, 0, SESSION_KEYRING));
  print_result("request_key", syscall(SYS_request_key, NULL, NULL, NULL, SESSION_KEYRING));
#if defined(__x86_64__)
  print_result("x32-keyctl", syscall(X32 | SYS_keyctl, GET_KEYRING_ID, SESSION_KEYRING, 1) > 0 ? 0 : -1);
  print_result("x32-add_key", syscall(X32 | SYS_add_key, NULL, NULL, NULL, 0, SESSION_KEYRING));
  print_result("x32-request_key", syscall(X32 | SYS_request_key, NULL, NULL, NULL, SESSION_KEYRING));
  print_result32("i386-before", 285, -1);
  print_result32("i386-add_key", 286, 0);
  print_result32("i386-request_key", 287, 0);
  print_result32("i386-keyctl", 288, 0);
  print_result32("i386-after", 289, -1);
#endif
}

static void answer(const char *question) {
  if (strcmp(question, "status") == 0) {
    print_file("/proc/self/status");
  } else if (strncmp(question, "limit:", 6) == 0) {
    print_limit(atoi(question + 6));
  } else if (strcmp(question, "fds") == 0) {
    print_descriptors();
  } else if (strcmp(question, "cwd") == 0) {
    print_cwd();
  } else if (strcmp(question, "umask") == 0) {
    print_umask();
  } else if (strcmp(question, "userns") == 0) {
    try_user_namespaces();
  } else if (strcmp(question, "keys") == 0) {
    try_keys();
  } else if (strcmp(question, "lo") == 0) {
    print_loopback();
  } else if (strcmp(question, "cgroup") == 0) {
    print_file("/proc/self/cgroup");
  } else if (strcmp(question, "mountinfo") == 0) {
    print_file("/proc/self/mountinfo");
  } else if (strncmp(question, "ns:", 3) == 0) {
    print_namespace(question + 3);
  } else if (strncmp(question, "stat:", 5) == 0) {
    print_status(question + 5);
  } else if (strncmp(question, "err:", 4) == 0) {
    (void)fprintf(stderr, "%s\n", question + 4);
  } else if (strcmp(question, "pause") == 0) {
    (void)fflush(stdout);
    (void)pause();
  } else if (strncmp(question, "exit:", 5) == 0) {
    (void)fflush(stdout);
    _exit(atoi(question + 5));
  }
}

int main(int argc, char **argv) {
  (void)printf("pid %d\n", (int)getpid());
  for (int i = 0; i < argc; i++) {
    (void)printf("arg %s\n", argv[i]);
  }
  for (char **entry = environ; *entry != NULL; entry++) {
    (void)printf("env %s\n", *entry);
  }
  for (int i = 1; i < argc; i++) {
    answer(argv[i]);
  }
  return 0;
}
