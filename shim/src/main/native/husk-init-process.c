/* A clean start: signals and descriptors. */
#include "husk-init.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

void reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int number = 1; number <= SIGRTMAX; number++) {
    /* Fails for SIGKILL, SIGSTOP and the two that libc keeps: those are at their default. */
    (void)sigaction(number, &action, NULL);
  }
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int close_descriptors(unsigned first, unsigned last) {
  return syscall(SYS_close_range, first, last, 0) == 0 ? 0 : errno;
}
