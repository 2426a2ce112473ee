/* A clean start: signals and descriptors. */
#include "husk-init.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LAST_SIGNAL = 64, KERNEL_MASK_SIZE = 8 };

/*
 * The bare system call: libc refuses to touch the two signals that it uses itself, and whoever
 * started us may have left them ignored.
 */
void reset_signals(void) {
  static const unsigned long default_action[4]; /* SIG_DFL, no flags, no restorer, empty mask */
  for (int number = 1; number <= LAST_SIGNAL; number++) {
    (void)syscall(SYS_rt_sigaction, number, default_action, NULL, KERNEL_MASK_SIZE);
  }
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int close_descriptors(unsigned first, unsigned last) {
  return syscall(SYS_close_range, first, last, 0) == 0 ? 0 : errno;
}
