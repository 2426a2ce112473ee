/* hostile VERB..., one after the other; see hostile.h. */
#include "hostile.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
  const char *name;
  void (*run)(void);
} VERBS[] = {
    {"join", join_cgroups},
    {"raise", raise_limits},
    {"fill", fill_cgroups},
    {"mount", mount_again},
    {"peers", reach_peers},
    {"descriptors", abuse_descriptors},
    {"handles", open_handles},
    {"kernel", ask_kernel},
    {"host", change_host},
    {"files", fill_files},
    {"unshare", unshare_and_repeat},
    {"close-output", close_output},
    {"daemon", daemonise},
};

static int number(const char *words) { return words == NULL ? 0 : atoi(words); }

static int run(const char *verb) {
  for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++) {
    if (strcmp(verb, VERBS[i].name) == 0) {
      VERBS[i].run();
      report_where("where");
      char line[64];
      int length = snprintf(line, sizeof line, "end\t%s\n", verb);
      (void)!write(STDOUT_FILENO, line, (size_t)length);
      return 0;
    }
  }
  return 2;
}

/* The first process of a pid namespace is not ended by a signal that it does not handle. */
static void end(int signal_number) {
  _exit(128 + signal_number);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    return 2;
  }
  (void)signal(SIGALRM, end);
  (void)alarm(LIFETIME);
  if (strcmp(argv[1], "nothing") == 0) {
    return 0;
  }
  if (strcmp(argv[1], "storm") == 0) {
    storm(number(argv[2]));
  }
  if (strcmp(argv[1], "crowd") == 0 && argc > 3) {
    crowd(number(argv[2]), number(argv[3]));
  }
  if (strcmp(argv[1], "stop") == 0 && argc > 2) {
    stop_everything(argv[2]);
    return 0;
  }
  int status = 0;
  for (int i = 1; i < argc && status == 0; i++) {
    status = run(argv[i]);
  }
  if (status == 0 && strcmp(argv[argc - 1], "daemon") == 0) {
    (void)pause();
  }
  return status;
}
