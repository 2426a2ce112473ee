/* What the parts of the JNI library share. A negative result is the negated errno; nothing keeps state beyond the call. */
#ifndef HUSK_JNI_H
#define HUSK_JNI_H

#include <errno.h>
#include <jni.h>

/* A method of dev.husk.process.Native. */
#define NATIVE(type, name) JNIEXPORT type JNICALL Java_dev_husk_process_Native_##name

#define P_PIDFD_ID 3 /* of waitid; include/uapi/linux/wait.h, not in Debian 12's headers */

static inline jint result(long value) { return (jint)(value < 0 ? -errno : value); }

#endif
