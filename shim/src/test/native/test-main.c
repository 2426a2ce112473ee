/* Runs all tests and reports them as TAP: test-husk-init HUSK-INIT PAYLOAD. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static const char UNIFIED[][32] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

static char husk_init[4096];
static char payload[4096];
static char directory[64];
static char cgroup[128];
static unsigned failed_checks;
static const char *skipped;

void expect(bool condition, const char *words, ...) {
  if (condition) {
    return;
  }
  failed_checks++;
  va_list arguments;
  char text[8192];
  va_start(arguments, words);
  (void)vsnprintf(text, sizeof text, words, arguments);
  va_end(arguments);
  for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    (void)printf("# %s\n", line);
  }
}

void skip(const char *reason) {
  skipped = reason;
}

void expect_line(const char *output, const char *line) {
  char wanted[4096];
  char all[32768];
  (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
  (void)snprintf(all, sizeof all, "\n%s", output);
  expect(strstr(all, wanted) != NULL, "no line \"%s\" in:\n%s", line, output);
}

void expect_failure(const struct reply *reply, const char *step, int error) {
  expect(reply->kind == 'E' && strcmp(reply->step, step) == 0 && reply->error == error,
         "wanted E %s %d, got '%c' %s %d: %s", step, error, reply->kind, reply->step, reply->error,
         reply->detail);
}

const char *husk_init_path(void) {
  return husk_init;
}

const char *payload_path(void) {
  return payload;
}

bool sanitized(void) {
  return strstr(husk_init, "sanitized") != NULL;
}

bool exists(const char *path) {
  struct stat status;
  return lstat(path, &status) == 0;
}

const char *scratch(const char *name) {
  static char path[256];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  (void)mkdir(path, 0755);
  (void)chmod(path, 0755);
  return path;
}

void write_file(const char *path, const char *content, mode_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  expect(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content), "write %s", path);
  (void)fchmod(fd, mode);
  (void)close(fd);
}

static void copy(const char *from, const char *to) {
  static char bytes[1 << 16];
  FILE *in = fopen(from, "re");
  FILE *out = fopen(to, "we");
  size_t count;
  while (in != NULL && out != NULL && (count = fread(bytes, 1, sizeof bytes, in)) > 0) {
    (void)fwrite(bytes, 1, count, out);
  }
  if (in == NULL || out == NULL || fclose(in) != 0 || fclose(out) != 0 || chmod(to, 0755) != 0) {
    (void)printf("Bail out! cannot copy %s to %s\n", from, to);
    exit(1);
  }
}

const char *test_cgroup(void) {
  for (size_t i = 0; i < sizeof UNIFIED / sizeof *UNIFIED && cgroup[0] == '\0'; i++) {
    char events[128];
    (void)snprintf(events, sizeof events, "%s/cgroup.controllers", UNIFIED[i]);
    char path[sizeof cgroup];
    (void)snprintf(path, sizeof path, "%s/husk-test-native-%d", UNIFIED[i], (int)getpid());
    if (exists(events) && mkdir(path, 0755) == 0) {
      memcpy(cgroup, path, sizeof cgroup);
    }
  }
  return cgroup[0] == '\0' ? NULL : cgroup;
}

void in_cgroup(char *path, size_t size, const char *name) {
  (void)snprintf(path, size, "%s/%s", cgroup, name);
}

void join_cgroup(const char *name) {
  char procs[256];
  in_cgroup(procs, sizeof procs, name);
  (void)snprintf(procs + strlen(procs), sizeof procs - strlen(procs), "/cgroup.procs");
  write_file(procs, "0", 0644);
}

int cgroup_namespace(const char *name) {
  char link[64];
  pid_t maker = fork();
  if (maker == 0) {
    join_cgroup(name);
    (void)unshare(CLONE_NEWCGROUP);
    (void)raise(SIGSTOP);
    _exit(0);
  }
  (void)waitpid(maker, NULL, WUNTRACED);
  (void)snprintf(link, sizeof link, "/proc/%d/ns/cgroup", (int)maker);
  int fd = open(link, O_RDONLY | O_CLOEXEC);
  (void)kill(maker, SIGKILL);
  (void)waitpid(maker, NULL, 0);
  return fd;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at) {
  (void)status;
  (void)at;
  return (type == FTW_DP ? rmdir(path) : unlink(path)) == 0 ? 0 : errno;
}

static void run_all(const struct test *tests, unsigned *number, unsigned *failures) {
  for (; tests->name != NULL; tests++) {
    failed_checks = 0;
    skipped = NULL;
    tests->body();
    *failures += failed_checks > 0 ? 1 : 0;
    (void)printf("%s %u - %s%s%s\n", failed_checks == 0 ? "ok" : "not ok", ++*number, tests->name,
                 skipped == NULL ? "" : " # SKIP ", skipped == NULL ? "" : skipped);
    (void)fflush(stdout);
  }
}

int main(int argc, char **argv) {
  static const struct test *const SUITES[] = {WIRE_TESTS,   INIT_TESTS,    IDENTITY_TESTS,
                                              LAUNCH_TESTS, DEADMAN_TESTS, BWRAP_TESTS};
  if (argc != 3) {
    (void)fprintf(stderr, "usage: test-husk-init HUSK-INIT PAYLOAD\n");
    return 2;
  }
  (void)signal(SIGPIPE, SIG_IGN);
  (void)snprintf(directory, sizeof directory, "/tmp/husk-test-native-XXXXXX");
  if (mkdtemp(directory) == NULL || chmod(directory, 0755) != 0) {
    (void)printf("Bail out! no temporary directory\n");
    return 1;
  }
  bool with_sanitizers = strstr(argv[1], "sanitized") != NULL;
  (void)snprintf(husk_init, sizeof husk_init, "%s/husk-init%s", directory,
                 with_sanitizers ? "-sanitized" : "");
  (void)snprintf(payload, sizeof payload, "%s/payload", directory);
  copy(argv[1], husk_init);
  copy(argv[2], payload);

  unsigned number = 0;
  unsigned failures = 0;
  for (size_t i = 0; i < sizeof SUITES / sizeof *SUITES; i++) {
    if (i > 0 && geteuid() != 0) {
      (void)printf("ok %u - suite %zu # SKIP needs root\n", ++number, i);
      continue;
    }
    run_all(SUITES[i], &number, &failures);
  }
  (void)printf("1..%u\n", number);
  if (cgroup[0] != '\0') {
    (void)rmdir(cgroup);
  }
  (void)nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  return failures == 0 ? 0 : 1;
}
