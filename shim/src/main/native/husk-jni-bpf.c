/* The device filter of a cgroup: a BPF program, loaded and attached without any library. */
#define _GNU_SOURCE
#include "husk-jni.h"

#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD_ATTEMPTS 5      /* a signal to this thread ends the verifier's work with EAGAIN */
#define ATTACH_FAILED 0x10000 /* taken off the result, to tell the steps apart */

static long bpf(enum bpf_cmd command, union bpf_attr *attr) { return syscall(SYS_bpf, command, attr, sizeof *attr); }

static long load(const void *instructions, uint32_t count) {
  union bpf_attr attr;
  long fd = -1;
  for (int i = 0; i < LOAD_ATTEMPTS && fd < 0; i++) {
    memset(&attr, 0, sizeof attr);
    attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attr.insns = (uint64_t)(uintptr_t)instructions;
    attr.insn_cnt = count;
    attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
    memcpy(attr.prog_name, "husk_devices", sizeof "husk_devices");
    fd = bpf(BPF_PROG_LOAD, &attr);
    if (fd < 0 && errno != EAGAIN) break;
  }
  return fd;
}

static long attach(int program, int cgroup) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.target_fd = (uint32_t)cgroup;
  attr.attach_bpf_fd = (uint32_t)program;
  attr.attach_type = BPF_CGROUP_DEVICE;
  attr.attach_flags = BPF_F_ALLOW_MULTI;
  return bpf(BPF_PROG_ATTACH, &attr);
}

NATIVE(jint, attachDeviceFilter)(JNIEnv *env, jclass cls, jint cgroupFd, jbyteArray program) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, program, NULL);
  if (bytes == NULL) return -ENOMEM;
  size_t length = (size_t)(*env)->GetArrayLength(env, program);
  jint fd = result(load(bytes, (uint32_t)(length / sizeof(struct bpf_insn))));
  (*env)->ReleaseByteArrayElements(env, program, bytes, JNI_ABORT);
  if (fd < 0) return fd;
  /* The cgroup keeps the program, until it is removed. */
  jint attached = result(attach(fd, cgroupFd));
  close(fd);
  return attached < 0 ? attached - ATTACH_FAILED : 0;
}
