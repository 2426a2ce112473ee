/* Births: a program for the sandbox or beside it, and the process that a cgroup namespace is made by. */
#define _GNU_SOURCE
#include "husk-jni.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Constants that Debian 12's headers lack; values of include/uapi/linux/sched.h. */
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* What failed in the spawned child before its program ran is told apart by this offset. */
#define EXEC_FAILED 0x10000
#define MAX_DESCRIPTORS 32
#define MAX_ARGUMENTS 64
#define CHILD_STACK (64 * 1024)

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
    int moved = fcntl(child->descriptors[i], F_DUPFD, child->count);
    if (moved < 0) {
      if (errno == EINVAL) errno = EMFILE; /* the limit is below even the first place */
      goto failed;
    }
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
extern long husk_clone3(struct clone_args *, size_t, int (*)(void *), void *) __attribute__((visibility("hidden")));

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

/*
 * Runs entry(argument) in a child that shares our memory, suspending this thread until the child executes a program or
 * ends: the child's stack is free again then. The negated errno, or the child's pid.
 */
static long give_birth(uint64_t flags, int cgroup, int *pidfd, int (*entry)(void *), void *argument) {
  void *stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  struct clone_args arguments = {
      .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0) | flags,
      .pidfd = (uint64_t)(uintptr_t)pidfd,
      .exit_signal = SIGCHLD,
      .stack = (uint64_t)(uintptr_t)stack,
      .stack_size = CHILD_STACK,
      .cgroup = cgroup >= 0 ? (uint64_t)(unsigned)cgroup : 0,
  };
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  long pid = husk_clone3(&arguments, sizeof arguments, entry, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, CHILD_STACK);
  return pid;
}

/* A child that has ended or is about to. */
static void reap(int pidfd) {
  siginfo_t ignored;
  while (waitid((idtype_t)P_PIDFD_ID, (id_t)pidfd, &ignored, WEXITED) < 0 && errno == EINTR) continue;
  close(pidfd);
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
  if (name == NULL) r = -ENOMEM;
  if (r == 0) {
    child.path = (const char *)name;
    int pidfd = -1;
    long pid = give_birth(0, cgroupFd, &pidfd, child_main, &child);
    if (pid < 0) {
      r = (jint)pid;
    } else if (child.error != 0) {
      r = -child.error - EXEC_FAILED;
      reap(pidfd);
    } else {
      const jint pair[2] = {(jint)pid, pidfd};
      (*env)->SetIntArrayRegion(env, out, 0, 2, pair);
    }
  }
  if (name != NULL) (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  free(storage);
  return r;
}

/* The child shares the table of descriptors: what it opens is ours when it has ended. */
static int namespace_main(void *argument) {
  volatile int *opened = argument;
  int fd = unshare(CLONE_NEWCGROUP) == 0 ? open("/proc/self/ns/cgroup", O_RDONLY | O_CLOEXEC) : -1;
  *opened = fd < 0 ? -errno : fd;
  _exit(0);
}

NATIVE(jint, cgroupNamespace)(JNIEnv *env, jclass cls, jint cgroupFd) {
  (void)env;
  (void)cls;
  volatile int opened = -EIO;
  int pidfd = -1;
  long pid = give_birth(CLONE_FILES, cgroupFd, &pidfd, namespace_main, (void *)&opened);
  if (pid < 0) return (jint)pid;
  reap(pidfd);
  return opened;
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

static int probe_main(void *argument) {
  (void)argument;
  _exit(0);
}

NATIVE(jint, probeChild)(JNIEnv *env, jclass cls, jlong flags) {
  (void)env;
  (void)cls;
  int pidfd = -1;
  long pid = give_birth((uint64_t)flags, -1, &pidfd, probe_main, NULL);
  if (pid < 0) return (jint)pid;
  siginfo_t ignored;
  while (waitid((idtype_t)P_PIDFD_ID, (id_t)pidfd, &ignored, WEXITED) < 0 && errno == EINTR) continue;
  return pidfd;
}
