/* Children in which an attempt cannot harm those that follow it. */
#include "hostile.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 30 };

void apart(void (*work)(const void *), const void *argument) {
  pid_t child = fork();
  if (child == 0) {
    (void)alarm(PATIENCE_SECONDS);
    work(argument);
    _exit(0);
  }
  if (child < 0) {
    report_try("fork", "attempt", child);
    return;
  }
  int status;
  (void)waitpid(child, &status, 0);
}
