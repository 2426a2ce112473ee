/* Processes by pidfd, signals to the shim, and its end. */
#define _GNU_SOURCE
#include "husk-jni.h"

#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* struct pidfd_info of Linux 6.13 (64 bytes); 6.15 fills exit_code when PIDFD_INFO_EXIT is asked for. */
struct pidfd_info_v0 {
  uint64_t mask;
  uint64_t cgroupid;
  uint32_t pid, tgid, ppid;
  uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};

/* include/uapi/linux/pidfd.h */
#define HUSK_PIDFD_INFO_EXIT (1ULL << 3)
#define HUSK_PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info_v0)

NATIVE(jint, pidfdOpen)(JNIEnv *env, jclass cls, jint pid) {
  (void)env;
  (void)cls;
  return result(syscall(SYS_pidfd_open, pid, 0));
}

NATIVE(jint, pidfdSignal)(JNIEnv *env, jclass cls, jint pidfd, jint signal) {
  (void)env;
  (void)cls;
  return result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

NATIVE(jint, waitPidfd)(JNIEnv *env, jclass cls, jint pidfd, jintArray out) {
  (void)cls;
  siginfo_t info = {0};
  if (waitid((idtype_t)P_PIDFD_ID, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -errno;
  if (info.si_pid == 0) return 0;
  const jint pair[2] = {info.si_code, info.si_status};
  (*env)->SetIntArrayRegion(env, out, 0, 2, pair);
  return 1;
}

NATIVE(jint, pidfdExitStatus)(JNIEnv *env, jclass cls, jint pidfd) {
  (void)env;
  (void)cls;
  struct pidfd_info_v0 info = {.mask = HUSK_PIDFD_INFO_EXIT};
  if (ioctl(pidfd, HUSK_PIDFD_GET_INFO, &info) < 0) return -errno;
  return (info.mask & HUSK_PIDFD_INFO_EXIT) != 0 ? info.exit_code : -ENODATA;
}

static volatile sig_atomic_t interrupt_fd = -1;

static void pass_interrupt(int number) {
  int before = errno;
  char byte = (char)number;
  (void)!write(interrupt_fd, &byte, 1);
  errno = before;
}

NATIVE(jint, redirectInterrupts)(JNIEnv *env, jclass cls, jint fd, jboolean quit_too) {
  (void)env;
  (void)cls;
  static const int numbers[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT};
  size_t count = sizeof numbers / sizeof *numbers - (quit_too ? 0 : 1);
  struct sigaction action = {.sa_handler = pass_interrupt, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  interrupt_fd = fd;
  for (size_t i = 0; i < count; i++) {
    if (sigaction(numbers[i], &action, NULL) < 0) return -errno;
  }
  return 0;
}

NATIVE(void, exit)(JNIEnv *env, jclass cls, jint status) {
  (void)env;
  (void)cls;
  _exit(status);
}
