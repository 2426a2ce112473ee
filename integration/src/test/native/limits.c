/* Against limits: writes to every control file, and as many cgroups as there can be. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 20000, DEEPEST = 200 };

static const char *const VALUES[] = {"max", "0", "+memory +pids +cpu +io", "threaded", "100 max"};

static bool harmless(const char *name) {
  /* Killing and freezing have verbs of their own. */
  return strcmp(name, "cgroup.kill") != 0 && strcmp(name, "cgroup.freeze") != 0 &&
         strcmp(name, "cgroup.procs") != 0 && strcmp(name, "cgroup.threads") != 0 &&
         strcmp(name, "cgroup.type") != 0 && strcmp(name, "memory.reclaim") != 0;
}

static void raise_in(const char *directory) {
  DIR *stream = opendir(directory);
  struct dirent *entry;
  while (stream != NULL && (entry = readdir(stream)) != NULL) {
    char path[PATH_SIZE];
    file_of(path, directory, entry->d_name);
    if (entry->d_type != DT_REG || !harmless(entry->d_name) || access(path, W_OK) != 0) {
      continue;
    }
    for (size_t i = 0; i < sizeof VALUES / sizeof *VALUES; i++) {
      if (write_file(path, VALUES[i]) >= 0) {
        report_try("raise", path, 0);
        break;
      }
    }
  }
  if (stream != NULL) {
    (void)closedir(stream);
  }
  char path[PATH_SIZE];
  report_try("unfreeze", directory, write_file(file_of(path, directory, "cgroup.freeze"), "0"));
}

void raise_limits(void) { walk_mounts("cgroup2", raise_in); }

/* Names as long as the kernel allows: their path is far above PATH_MAX. */
static void deepen(void) {
  char name[256];
  memset(name, 'd', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  name[0] = (char)0xff; /* no UTF-8 */
  int depth = 0;
  long result = 0;
  for (; depth < DEEPEST; depth++) {
    result = mkdir(name, 0700);
    if (result < 0 || (result = chdir(name)) < 0) {
      break;
    }
  }
  report_try("deepen", "cgroup", result);
  report_state("depth", "%d", depth);
}

static void widen(void) {
  int count = 0;
  long result = 0;
  while (count < MOST && result >= 0) {
    char name[32];
    (void)snprintf(name, sizeof name, "w%d", count);
    result = mkdir(name, 0700);
    count += result >= 0;
  }
  report_try("widen", "cgroup", result);
  report_state("width", "%d", count);
}

void fill_cgroups(void) {
  if (chdir("/sys/fs/cgroup") != 0 || mkdir("deep", 0700) != 0 || chdir("deep") != 0) {
    report_try("fill", "/sys/fs/cgroup", -1);
    return;
  }
  deepen();
  if (chdir("/sys/fs/cgroup") == 0) {
    widen();
  }
  (void)!chdir("/");
}
