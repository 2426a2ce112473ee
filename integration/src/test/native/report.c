/* What was tried and what came of it. */
#include "hostile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const char *line, int length) {
  if (length > 0) {
    (void)!write(STDOUT_FILENO, line, (size_t)length);
  }
}

void report_try(const char *attempt, const char *target, long result) {
  int error = errno;
  char line[PATH_SIZE + 256];
  const char *name = result >= 0 ? "0" : strerrorname_np(error);
  say(line, snprintf(line, sizeof line, "try\t%s\t%s\t%s\n", attempt, target, name == NULL ? "?" : name));
}

void report_state(const char *name, const char *format, ...) {
  char value[PATH_SIZE];
  char line[PATH_SIZE + 256];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  say(line, snprintf(line, sizeof line, "state\t%s\t%s\n", name, value));
}

/* Above the root of the cgroup namespace the kernel shows "/..". */
void report_where(const char *how) {
  char line[PATH_SIZE];
  FILE *file = fopen("/proc/thread-self/cgroup", "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "0::", 3) == 0) {
      line[strcspn(line, "\n")] = '\0';
      bool outside = strncmp(line + 3, "/..", 3) == 0;
      report_state(how, "%s%s", outside ? "escaped " : "", line + 3);
    }
  }
  if (file != NULL) {
    (void)fclose(file);
  }
}
