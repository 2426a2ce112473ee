/* Files of procfs and sysfs whose writing would change the host. Opened, never written. */
#include "hostile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVELS = 7, MOST_FILES = 60000 };

static int files, writable;

/* One's own, one's namespace's, or a file whose opening has effects of its own. */
static bool left_out(const char *path, const char *name) {
  bool process = strncmp(path, "/proc/", 6) == 0 && isdigit((unsigned char)path[6]);
  return process || strcmp(path, "/proc/self") == 0 || strcmp(path, "/proc/thread-self") == 0 ||
         strcmp(path, "/proc/net") == 0 || strncmp(path, "/sys/fs/cgroup", 14) == 0 ||
         strcmp(name, "kmsg") == 0 || strncmp(path, "/sys/kernel/debug", 17) == 0 ||
         strncmp(path, "/proc/pressure", 14) == 0;
}

static void search(const char *directory, int levels) {
  DIR *stream = levels > 0 ? opendir(directory) : NULL;
  struct dirent *entry;
  while (stream != NULL && files < MOST_FILES && (entry = readdir(stream)) != NULL) {
    char path[PATH_SIZE];
    file_of(path, directory, entry->d_name);
    if (entry->d_name[0] == '.' || left_out(path, entry->d_name)) {
      continue;
    }
    if (entry->d_type == DT_DIR) {
      search(path, levels - 1);
    } else if (entry->d_type == DT_REG) {
      files++;
      int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
      if (fd >= 0) {
        struct stat status;
        /* A masked file is the null device; capabilities open what nobody was meant to write. */
        if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0222) != 0) {
          writable++;
          report_state("host file", "%s", path);
        }
        (void)close(fd);
      }
    }
  }
  if (stream != NULL) {
    (void)closedir(stream);
  }
}

void change_host(void) {
  files = writable = 0;
  search("/proc", LEVELS);
  search("/sys", LEVELS);
  report_state("host files", "%d writable of %d", writable, files);
}
