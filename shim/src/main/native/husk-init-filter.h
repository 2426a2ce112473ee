/* What the seccomp filters have in common: the words they are written in, and the ABIs they must know. */
#ifndef HUSK_INIT_FILTER_H
#define HUSK_INIT_FILTER_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

/* A kernel runs programs of its own architecture and of the 32-bit one before it. */
#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64, COMPAT = AUDIT_ARCH_I386 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64, COMPAT = AUDIT_ARCH_ARM };
#else
#error "which system calls are to be filtered here?"
#endif

/* The x32 ABI of x86-64 marks its calls with this bit; no other architecture has numbers that large. */
enum { X32_BIT = 0x40000000 };

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define WITHOUT(bits) BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~(unsigned)(bits))
#define UNLESS_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, skip)
#define IF_EQUAL(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), skip, 0)
#define IF_BELOW(value, skip) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)(value), 0, skip)
#define IF_ABOVE(value, skip, otherwise) BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (unsigned)(value), skip, otherwise)
#define JUMP(skip) BPF_STMT(BPF_JMP | BPF_JA, skip)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (unsigned)(action))

/* husk-init-filter.c: 0 or an errno. */
int install_filter(struct sock_filter *filter, size_t length);

#endif
