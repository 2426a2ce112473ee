/* Descriptors: opening, reading, waiting, the control socket. */
#define _GNU_SOURCE
#include "husk-jni.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_POLLED 64

NATIVE(jint, open)(JNIEnv *env, jclass cls, jbyteArray path, jint flags, jint mode) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  jint fd = result(open((const char *)name, flags, (mode_t)mode));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  return fd;
}

/* Never waits for the other end of a FIFO, and opens nothing that is not meant to be opened: -EINVAL for what is no file. */
NATIVE(jint, openRegular)(JNIEnv *env, jclass cls, jbyteArray path, jint flags) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  struct stat status;
  jint fd = -EINVAL;
  if (lstat((const char *)name, &status) < 0) fd = -errno;
  else if (S_ISREG(status.st_mode)) fd = result(open((const char *)name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  if (fd >= 0 && (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))) {
    close(fd);
    return -EINVAL;
  }
  return fd;
}

NATIVE(jint, status)(JNIEnv *env, jclass cls, jbyteArray path, jintArray modeOwnerSelf) {
  (void)cls;
  jbyte *name = (*env)->GetByteArrayElements(env, path, NULL);
  if (name == NULL) return -ENOMEM;
  struct stat status;
  jint r = result(lstat((const char *)name, &status));
  (*env)->ReleaseByteArrayElements(env, path, name, JNI_ABORT);
  if (r == 0) {
    const jint values[] = {(jint)status.st_mode, (jint)status.st_uid, (jint)geteuid()};
    (*env)->SetIntArrayRegion(env, modeOwnerSelf, 0, 3, values);
  }
  return r;
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
