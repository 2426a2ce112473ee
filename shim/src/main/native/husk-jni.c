/*
 * The system calls that the JDK lacks, one function per call of dev.husk.process.Native. A negative result is the
 * negated errno. Nothing here keeps state or allocates beyond the call.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_dev_husk_process_Native_##name

/* Constants that Debian 12's headers lack; values of include/uapi/linux/{sched,pidfd,wait}.h. */
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif
#define HUSK_P_PIDFD 3
#define HUSK_PIDFD_INFO_EXIT (1ULL << 3)
#define HUSK_PIDFD_GET_INFO _IOWR(0xFF, 11, struct pidfd_info_v0)

/* What failed in the spawned child before its program ran is told apart by this offset. */
#define EXEC_FAILED 0x10000
#define MAX_DESCRIPTORS 32
#define MAX_ARGUMENTS 64
#define CHILD_STACK (64 * 1024)
#define MAX_POLLED 64

/* struct pidfd_info of Linux 6.13 (64 bytes); 6.15 fills exit_code when PIDFD_INFO_EXIT is asked for. */
struct pidfd_info_v0 {
  uint64_t mask;
  uint64_t cgroupid;
  uint32_t pid, tgid, ppid;
  uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};

static jint result(long value) { return (jint)(value < 0 ? -errno : value); }

NATIVE(jint, open)(JNIEnv *env, jclass cls, jbyteArray path, jint flags, jint mode) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  jint fd = result(open((const char *)name, flags, (mode_t)mode));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  return fd;
}

NATIVE(jint, close)(JNIEnv *env, jclass cls, jint fd) {
  (void)env;
  (void)cls;
  return result(close(fd));
}

NATIVE(jint, read)(JNIEnv *env, jclass cls, jint fd, jbyteArray buffer, jint offset, jint length) {
  (void)cls;
  jbyte local[8192];
  size_t want = (size_t)length < sizeof local ? (size_t)length : sizeof local;
  ssize_t count;
  do count = read(fd, local, want);
  while (count < 0 && errno == EINTR);
  if (count > 0) (*env)->SetByteArrayRegion(env, buffer, offset, (jsize)count, local);
  return result(count);
}

NATIVE(jint, write)(JNIEnv *env, jclass cls, jint fd, jbyteArray buffer, jint offset, jint length) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, buffer, NULL);
  if (bytes == NULL) return -ENOMEM;
  ssize_t count;
  do count = write(fd, bytes + offset, (size_t)length);
  while (count < 0 && errno == EINTR);
  jint r = result(count);
  (*env)->ReleaseByteArrayElements(env, buffer, bytes, JNI_ABORT);
  return r;
}

NATIVE(jint, mkdir)(JNIEnv *env, jclass cls, jbyteArray path, jint mode) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  jint r = result(mkdir((const char *)name, (mode_t)mode));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  return r;
}

NATIVE(jint, rmdir)(JNIEnv *env, jclass cls, jbyteArray path) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  jint r = result(rmdir((const char *)name));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  return r;
}

NATIVE(jint, pipe)(JNIEnv *env, jclass cls, jintArray readWrite) {
  (void)cls;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  (*env)->SetIntArrayRegion(env, readWrite, 0, 2, (const jint *)ends);
  return 0;
}

NATIVE(jint, controlPair)(JNIEnv *env, jclass cls, jintArray ends) {
  (void)cls;
  int pair[2];
  const int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
  if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) {
    jint r = -errno;
    close(pair[0]);
    close(pair[1]);
    return r;
  }
  (*env)->SetIntArrayRegion(env, ends, 0, 2, (const jint *)pair);
  return 0;
}

NATIVE(jint, memfd)(JNIEnv *env, jclass cls, jbyteArray name, jbyteArray content) {
  (void)cls;
  jbyte *label = (*env)->GetByteArrayElements(env, name, NULL);
  jbyte *bytes = (*env)->GetByteArrayElements(env, content, NULL);
  jint r = -ENOMEM;
  if (label != NULL && bytes != NULL) {
    size_t length = (size_t)(*env)->GetArrayLength(env, content);
    int fd = memfd_create((const char *)label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    r = result(fd);
    for (size_t done = 0; r >= 0 && done < length;) {
      ssize_t count = write(fd, bytes + done, length - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) r = -errno;
      else done += (size_t)count;
    }
    if (r >= 0 && lseek(fd, 0, SEEK_SET) < 0) r = -errno;
    if (r >= 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) r = -errno;
    if (r < 0 && fd >= 0) close(fd);
  }
  if (label != NULL) (*env)->ReleaseByteArrayElements(env, name, label, JNI_ABORT);
  if (bytes != NULL) (*env)->ReleaseByteArrayElements(env, content, bytes, JNI_ABORT);
  return r;
}

NATIVE(jint, eventfd)(JNIEnv *env, jclass cls) {
  (void)env;
  (void)cls;
  return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

static long long now_millis(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

NATIVE(jint, poll)(JNIEnv *env, jclass cls, jintArray fds, jintArray events, jint timeoutMillis) {
  (void)cls;
  jsize count = (*env)->GetArrayLength(env, fds);
  jint numbers[MAX_POLLED], masks[MAX_POLLED];
  struct pollfd polled[MAX_POLLED];
  if (count > MAX_POLLED) return -EINVAL;
  (*env)->GetIntArrayRegion(env, fds, 0, count, numbers);
  (*env)->GetIntArrayRegion(env, events, 0, count, masks);
  for (jsize i = 0; i < count; i++) polled[i] = (struct pollfd){.fd = numbers[i], .events = (short)masks[i]};
  long long end = now_millis() + timeoutMillis;
  long long left = timeoutMillis;
  jint r = result(poll(polled, (nfds_t)count, timeoutMillis));
  while (r == -EINTR && (timeoutMillis < 0 || (left = end - now_millis()) > 0)) {
    r = result(poll(polled, (nfds_t)count, timeoutMillis < 0 ? -1 : (int)left));
  }
  if (r == -EINTR) r = 0;
  for (jsize i = 0; i < count; i++) masks[i] = r > 0 ? polled[i].revents : 0;
  (*env)->SetIntArrayRegion(env, events, 0, count, masks);
  return r;
}

NATIVE(jint, send)(JNIEnv *env, jclass cls, jint fd, jbyteArray message) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, message, NULL);
  if (bytes == NULL) return -ENOMEM;
  ssize_t count;
  do count = send(fd, bytes, (size_t)(*env)->GetArrayLength(env, message), MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  jint r = result(count);
  (*env)->ReleaseByteArrayElements(env, message, bytes, JNI_ABORT);
  return r;
}

NATIVE(jint, receive)(JNIEnv *env, jclass cls, jint fd, jbyteArray buffer, jintArray senderPid) {
  (void)cls;
  jbyte local[8192];
  union {
    char space[CMSG_SPACE(sizeof(struct ucred))];
    struct cmsghdr align;
  } control;
  jsize room = (*env)->GetArrayLength(env, buffer);
  struct iovec part = {.iov_base = local, .iov_len = (size_t)room < sizeof local ? (size_t)room : sizeof local};
  struct msghdr header = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
  ssize_t count;
  do count = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  jint pid = 0;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c != NULL; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
      struct ucred sender;
      memcpy(&sender, CMSG_DATA(c), sizeof sender);
      pid = sender.pid;
    }
  }
  (*env)->SetByteArrayRegion(env, buffer, 0, (jsize)count, local);
  (*env)->SetIntArrayRegion(env, senderPid, 0, 1, &pid);
  return (jint)count;
}

/* What the child needs, prepared by the parent: the child may only make system calls on it. */
struct child {
  const char *path;
  char *argv[MAX_ARGUMENTS + 1];
  int descriptors[MAX_DESCRIPTORS];
  int count;
  volatile int error;
};

/*
 * Runs in the parent's memory while the parent's thread is suspended (CLONE_VFORK), on a stack of its own, with all
 * signals blocked and all handlers reset. Only raw system calls: glibc's per-thread state belongs to the parent.
 */
static int child_main(void *argument) {
  struct child *child = argument;
  static char *const no_environment[] = {NULL};
  /* First out of the way of the target range, then each to its place: no target overwrites a source still needed. */
  for (int i = 0; i < child->count; i++) {
    int moved = fcntl(child->descriptors[i], F_DUPFD, MAX_DESCRIPTORS);
    if (moved < 0) goto failed;
    child->descriptors[i] = moved;
  }
  for (int i = 0; i < child->count; i++) {
    if (dup2(child->descriptors[i], i) < 0) goto failed;
  }
  if (syscall(SYS_close_range, (unsigned)child->count, ~0U, 0U) < 0) goto failed;
  if (setsid() < 0) goto failed;
  /* Ignored signals survive exec, and whoever started the shim may ignore some; glibc refuses to reset its own two. */
  static const unsigned long default_action[4];
  for (int number = 1; number < _NSIG; number++) (void)syscall(SYS_rt_sigaction, number, default_action, NULL, _NSIG / 8);
  sigset_t none;
  sigemptyset(&none);
  if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, _NSIG / 8) < 0) goto failed;
  execve(child->path, child->argv, no_environment);
failed:
  child->error = errno;
  _exit(127);
}

/* clone3 returns twice: the child must not return into a frame that the parent still uses, so it goes on a new stack. */
static long clone_child(struct clone_args *arguments, size_t size, int (*entry)(void *), void *argument);

#if defined(__x86_64__)
__asm__(
    ".text\n"
    ".type husk_clone3, @function\n"
    "husk_clone3:\n" /* rdi = args, rsi = size, rdx = entry, rcx = argument */
    "  mov %rdx, %r8\n"
    "  mov %rcx, %r9\n"
    "  mov $435, %eax\n"
    "  syscall\n"
    "  test %rax, %rax\n"
    "  jnz 1f\n"
    "  xor %ebp, %ebp\n"
    "  mov %r9, %rdi\n"
    "  call *%r8\n"
    "  mov %eax, %edi\n"
    "  mov $60, %eax\n"
    "  syscall\n"
    "1: ret\n"
    ".size husk_clone3, .-husk_clone3\n");
#elif defined(__aarch64__)
__asm__(
    ".text\n"
    ".type husk_clone3, %function\n"
    "husk_clone3:\n" /* x0 = args, x1 = size, x2 = entry, x3 = argument */
    "  mov x10, x2\n"
    "  mov x11, x3\n"
    "  mov x8, #435\n"
    "  svc #0\n"
    "  cbnz x0, 1f\n"
    "  mov x29, #0\n"
    "  mov x0, x11\n"
    "  blr x10\n"
    "  mov x8, #93\n"
    "  svc #0\n"
    "1: ret\n"
    ".size husk_clone3, .-husk_clone3\n");
#else
#error "husk runs on x86-64 and aarch64: clone3 needs a few lines of assembly per architecture"
#endif

extern long husk_clone3(struct clone_args *, size_t, int (*)(void *), void *) __attribute__((visibility("hidden")));

static long clone_child(struct clone_args *arguments, size_t size, int (*entry)(void *), void *argument) {
  long r = husk_clone3(arguments, size, entry, argument);
  if (r < 0) {
    errno = (int)-r;
    return -1;
  }
  return r;
}

/* Copies the byte arrays of a Java array of NUL-terminated strings into one allocation, behind the pointers. */
static int copy_strings(JNIEnv *env, jobjectArray strings, char **pointers, int room, char **storage) {
  jsize count = (*env)->GetArrayLength(env, strings);
  size_t total = 0;
  if (count > room) return -E2BIG;
  for (jsize i = 0; i < count; i++) {
    jobject element = (*env)->GetObjectArrayElement(env, strings, i);
    total += (size_t)(*env)->GetArrayLength(env, element);
    (*env)->DeleteLocalRef(env, element);
  }
  char *at = *storage = malloc(total + 1);
  if (at == NULL) return -ENOMEM;
  for (jsize i = 0; i < count; i++) {
    jobject element = (*env)->GetObjectArrayElement(env, strings, i);
    jsize length = (*env)->GetArrayLength(env, element);
    (*env)->GetByteArrayRegion(env, element, 0, length, (jbyte *)at);
    (*env)->DeleteLocalRef(env, element);
    pointers[i] = at;
    at += length;
  }
  pointers[count] = NULL;
  return 0;
}

NATIVE(jint, spawn)
(JNIEnv *env, jclass cls, jbyteArray path, jobjectArray argv, jintArray descriptors, jint cgroupFd, jintArray out) {
  (void)cls;
  struct child child = {.count = (*env)->GetArrayLength(env, descriptors)};
  if (child.count > MAX_DESCRIPTORS) return -EINVAL;
  (*env)->GetIntArrayRegion(env, descriptors, 0, child.count, child.descriptors);
  char *storage = NULL;
  jint r = copy_strings(env, argv, child.argv, MAX_ARGUMENTS, &storage);
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  void *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (name == NULL || stack == MAP_FAILED) r = -ENOMEM;
  if (r == 0) {
    child.path = (const char *)name;
    int pidfd = -1;
    struct clone_args arguments = {
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | (cgroupFd >= 0 ? CLONE_INTO_CGROUP : 0),
        .pidfd = (uint64_t)(uintptr_t)&pidfd,
        .exit_signal = SIGCHLD,
        .stack = (uint64_t)(uintptr_t)stack,
        .stack_size = CHILD_STACK,
        .cgroup = cgroupFd >= 0 ? (uint64_t)(unsigned)cgroupFd : 0,
    };
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    long pid = clone_child(&arguments, sizeof arguments, child_main, &child);
    int clone_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
      r = -clone_error;
    } else if (child.error != 0) {
      r = -child.error - EXEC_FAILED;
      siginfo_t ignored;
      while (waitid((idtype_t)HUSK_P_PIDFD, (id_t)pidfd, &ignored, WEXITED) < 0 && errno == EINTR) continue;
      close(pidfd);
    } else {
      const jint pair[2] = {(jint)pid, pidfd};
      (*env)->SetIntArrayRegion(env, out, 0, 2, pair);
    }
  }
  if (stack != MAP_FAILED) munmap(stack, CHILD_STACK);
  if (name != NULL) (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  free(storage);
  return r;
}

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
  if (waitid((idtype_t)HUSK_P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) return -errno;
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

NATIVE(jint, probeClone)(JNIEnv *env, jclass cls, jlong flags) {
  (void)env;
  (void)cls;
  /* Flags are vetted before the pidfd's place (NULL here) is written to: no child ever runs. */
  struct clone_args arguments = {.flags = (uint64_t)flags | CLONE_PIDFD};
  long r = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (r == 0) _exit(0);
  return r > 0 ? 0 : -errno;
}

static volatile sig_atomic_t interrupt_fd = -1;

static void pass_interrupt(int number) {
  int before = errno;
  char byte = (char)number;
  (void)!write(interrupt_fd, &byte, 1);
  errno = before;
}

NATIVE(jint, redirectInterrupts)(JNIEnv *env, jclass cls, jint fd) {
  (void)env;
  (void)cls;
  static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
  struct sigaction action = {.sa_handler = pass_interrupt, .sa_flags = SA_RESTART};
  sigfillset(&action.sa_mask);
  interrupt_fd = fd;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    if (sigaction(numbers[i], &action, NULL) < 0) return -errno;
  }
  return 0;
}

NATIVE(void, exit)(JNIEnv *env, jclass cls, jint status) {
  (void)env;
  (void)cls;
  _exit(status);
}
