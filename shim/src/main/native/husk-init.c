/* husk-init: see usage() below and husk-init.h. */
#include "husk-init.h"

#include <string.h>
#include <unistd.h>

#ifndef HUSK_VERSION
#define HUSK_VERSION "unversioned"
#endif

static const char usage[] =
    "husk-init is started by the husk shim, with descriptors that only the shim can give it.\n"
    "usage: husk-init launch              enter the namespaces, stage the mounts, execute bwrap\n"
    "       husk-init init                inside the sandbox: wait for the start, become the payload\n"
    "       husk-init deadman DIRECTORY.. when the shim dies: kill the cgroup and remove DIRECTORY..\n"
    "       husk-init hold                be a scope's process until descriptor 3 ends\n"
    "       husk-init --version\n";

static void say(int fd, const char *words) {
  size_t left = strlen(words);
  while (left > 0) {
    ssize_t written = write(fd, words, left);
    if (written <= 0) {
      return;
    }
    words += written;
    left -= (size_t)written;
  }
}

int main(int argc, char **argv) {
  const char *verb = argc > 1 ? argv[1] : "";
  if (strcmp(verb, "launch") == 0 && argc == 2) {
    launch();
  }
  if (strcmp(verb, "init") == 0 && argc == 2) {
    init();
  }
  if (strcmp(verb, "deadman") == 0 && argc > 2) {
    deadman(argv + 2);
  }
  if (strcmp(verb, "hold") == 0 && argc == 2) {
    hold();
  }
  if (strcmp(verb, "--version") == 0) {
    say(STDOUT_FILENO, "husk-init " HUSK_VERSION "\n");
    return 0;
  }
  say(STDERR_FILENO, usage);
  return EXIT_USAGE;
}
