/* What was inherited: none but the three standard ones, and those are no way out. */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static void use(int fd) {
  char name[32];
  char word = 'R';
  (void)snprintf(name, sizeof name, "%d", fd);
  report_try("openat-up", name, openat(fd, "..", O_PATH | O_CLOEXEC));
  report_try("openat-root", name, openat(fd, "../../../../../../etc/shadow", O_RDONLY | O_CLOEXEC));
  /* In husk-init's stead: "ready", on whatever is still a control channel. */
  report_try("answer", name, send(fd, &word, 1, MSG_NOSIGNAL));
  report_try("setown", name, fcntl(fd, F_SETOWN, 1));
  report_try("inject", name, ioctl(fd, TIOCSTI, "#"));
  report_try("steal-terminal", name, ioctl(fd, TIOCSCTTY, 1));
}

static void list(const char *directory) {
  DIR *stream = opendir(directory);
  struct dirent *entry;
  while (stream != NULL && (entry = readdir(stream)) != NULL) {
    int fd = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd > STDERR_FILENO && fd != dirfd(stream)) {
      char target[PATH_SIZE];
      ssize_t length = readlinkat(dirfd(stream), entry->d_name, target, sizeof target - 1);
      target[length < 0 ? 0 : length] = '\0';
      report_state("descriptor", "%s/%d -> %s", directory, fd, target);
    }
  }
  if (stream != NULL) {
    (void)closedir(stream);
  }
}

static void overwrite(const char *program) {
  int fd = open(program, O_WRONLY | O_CLOEXEC);
  report_try("overwrite", program, fd);
  if (fd >= 0) {
    (void)close(fd);
  }
}

void abuse_descriptors(void) {
  list("/proc/self/fd");
  list("/proc/1/fd");
  for (int fd = 0; fd <= STDERR_FILENO; fd++) {
    use(fd);
  }
  for (int fd = STDERR_FILENO + 1; fd < 64; fd++) {
    if (fcntl(fd, F_GETFD) >= 0) {
      use(fd);
    }
  }
  overwrite("/proc/1/exe");
  overwrite("/dev/.husk-init");
}
