/* File systems filled up, output closed. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t MOST_BYTES = 256UL << 20;

static void fill(const char *directory) {
  static char block[1 << 16];
  char path[PATH_SIZE];
  memset(block, 'x', sizeof block);
  int fd = open(file_of(path, directory, "hostile-filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ssize_t written = fd;
  size_t total = 0;
  while (written >= 0 && total < MOST_BYTES) {
    written = write(fd, block, sizeof block);
    total += written > 0 ? (size_t)written : 0;
  }
  report_try("fill", directory, total >= MOST_BYTES ? 0 : -1);
  report_state("filled", "%s %zu", directory, total);
}

void fill_files(void) {
  fill("/dev/shm");
  fill("/dev");
  fill("/run");
  fill("/run/husk");
}

void close_output(void) {
  (void)close(STDOUT_FILENO);
  ssize_t written = write(STDOUT_FILENO, "x", 1);
  _exit(written < 0 && errno == EBADF ? 7 : 8);
}
