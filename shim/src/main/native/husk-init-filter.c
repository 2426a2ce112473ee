/* Installing a seccomp filter. */
#include "husk-init-filter.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int install_filter(struct sock_filter *filter, size_t length) {
  struct sock_fprog program = {.len = (unsigned short)length, .filter = filter};
  /* Kernels before 5.16 would slow down whoever has a filter (spec_store_bypass_disable=seccomp). */
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
  return result == 0 ? 0 : errno;
}
