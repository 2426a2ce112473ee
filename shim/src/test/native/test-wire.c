/* The decoders against documents that are cut off, altered, or well-formed nonsense. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { ROUNDS = 20000 };

static struct document sample_spec(void) {
  struct test_spec spec = default_spec();
  spec.no_new_privs = true;
  spec.umask = 022;
  spec.uid = 1000;
  spec.group_count = 2;
  spec.groups[1] = 7;
  spec.limit_count = 1;
  spec.limits[0] = (struct limit){7, 10, UINT64_MAX};
  spec.hide = "/dev/.husk-init";
  spec.args[1] = "argument";
  spec.env[0] = "PATH=/bin";
  struct document document;
  build_spec(&document, &spec);
  return document;
}

static struct document sample_plan(void) {
  static const char *const arguments[] = {"--args", "5", "--", "/dev/.husk-init", "init", NULL};
  struct document document;
  begin(&document, "HSKP");
  put_u32(&document, 1);
  put_u32(&document, CLONE_NEWNS | CLONE_NEWNET);
  put_string(&document, "/usr/bin/bwrap");
  put_strings(&document, arguments);
  put_u32(&document, 4);
  put_u32(&document, OP_MOUNT);
  put_string(&document, "/mounts/0");
  put_string(&document, "tmpfs");
  put_string(&document, "/stage");
  put_string(&document, "tmpfs");
  put_u64(&document, 6);
  put_string(&document, "mode=0755");
  for (uint32_t kind = OP_MKDIR; kind <= OP_TOUCH; kind++) {
    put_u32(&document, kind);
    put_string(&document, "/mounts/1");
    put_string(&document, "/stage/a");
    put_u32(&document, 01777);
  }
  put_u32(&document, OP_SYMLINK);
  put_string(&document, "/mounts/2");
  put_string(&document, "/proc/self/fd");
  put_string(&document, "/stage/fd");
  end(&document);
  return document;
}

/* On a heap copy of exactly that size, so that the address sanitizer sees each byte too far. */
static bool decodes(const char *bytes, size_t size, bool is_plan) {
  char *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL) {
    abort();
  }
  memcpy(copy, bytes, size);
  bool result;
  if (is_plan) {
    struct plan plan;
    result = decode_plan(copy, size, &plan);
    free(plan.args);
    free(plan.operations);
  } else {
    struct spec spec;
    result = decode_spec(copy, size, &spec);
    free(spec.groups);
    free(spec.args);
    free(spec.env);
  }
  free(copy);
  return result;
}

static struct document sample(bool is_plan) {
  return is_plan ? sample_plan() : sample_spec();
}

static void refuses_every_truncation(void) {
  for (int is_plan = 0; is_plan <= 1; is_plan++) {
    struct document document = sample(is_plan == 1);
    expect(decodes(document.bytes, document.size, is_plan == 1), "the sample itself is refused");
    for (size_t size = 0; size < document.size; size++) {
      expect(!decodes(document.bytes, size, is_plan == 1), "plan %d: cut to %zu accepted", is_plan, size);
      /* The same, with a size field that does not give it away. */
      struct document cut = document;
      cut.size = size;
      if (size >= 12) {
        end(&cut);
      }
      expect(!decodes(cut.bytes, size, is_plan == 1), "plan %d: honest cut to %zu accepted", is_plan, size);
    }
  }
}

static void refuses_trailing_bytes(void) {
  for (int is_plan = 0; is_plan <= 1; is_plan++) {
    struct document document = sample(is_plan == 1);
    document.bytes[document.size++] = 0;
    end(&document);
    expect(!decodes(document.bytes, document.size, is_plan == 1), "plan %d", is_plan);
  }
}

static void survives_altered_bytes(void) {
  static const unsigned char VALUES[] = {0, 1, 0x7f, 0x80, 0xff};
  for (int is_plan = 0; is_plan <= 1; is_plan++) {
    struct document document = sample(is_plan == 1);
    for (size_t at = 0; at < document.size; at++) {
      char original = document.bytes[at];
      for (size_t i = 0; i < sizeof VALUES; i++) {
        document.bytes[at] = (char)VALUES[i];
        (void)decodes(document.bytes, document.size, is_plan == 1);
      }
      document.bytes[at] = original;
    }
  }
}

static void survives_random_noise(void) {
  srandom(20250711);
  for (int round = 0; round < ROUNDS; round++) {
    bool is_plan = round % 2 == 1;
    struct document document = sample(is_plan);
    for (long changes = random() % 8; changes >= 0; changes--) {
      size_t at = 12 + (size_t)random() % (document.size - 12);
      document.bytes[at] = (char)(random() & 0xff);
    }
    (void)decodes(document.bytes, document.size, is_plan);
  }
}

static void refuse_spec(const struct test_spec *spec, const char *what) {
  struct document document;
  build_spec(&document, spec);
  expect(!decodes(document.bytes, document.size, false), "accepted: %s", what);
}

static void refuses_values_that_make_no_sense(void) {
  struct test_spec spec = default_spec();
  spec.uid = UINT32_MAX;
  refuse_spec(&spec, "uid -1, which means unchanged");
  spec = default_spec();
  spec.gid = UINT32_MAX;
  refuse_spec(&spec, "gid -1");
  spec = default_spec();
  spec.umask = 01000;
  refuse_spec(&spec, "umask 01000");
  spec = default_spec();
  spec.cwd = "tmp";
  refuse_spec(&spec, "relative cwd");
  spec = default_spec();
  spec.hide = "dev";
  refuse_spec(&spec, "relative mount point to hide");
  spec = default_spec();
  spec.args[0] = NULL;
  refuse_spec(&spec, "no arguments");
  spec = default_spec();
  spec.limit_count = 1;
  spec.limits[0].resource = 16;
  refuse_spec(&spec, "rlimit 16");
  spec = default_spec();
  spec.keep_groups = true;
  spec.group_count = 1;
  refuse_spec(&spec, "groups that are to be set and to be kept");
}

static void refuses_nul_inside_a_string(void) {
  struct document document = sample_spec();
  for (size_t at = 0; at + 8 < document.size; at++) {
    if (memcmp(document.bytes + at, "argument", 8) == 0) {
      document.bytes[at + 3] = '\0';
    }
  }
  expect(!decodes(document.bytes, document.size, false), "an argument with a NUL was accepted");
}

static struct document plan_with(uint32_t flags, uint32_t namespaces, const char *bwrap) {
  static const char *const none[] = {NULL};
  struct document document;
  begin(&document, "HSKP");
  put_u32(&document, flags);
  put_u32(&document, namespaces);
  put_string(&document, bwrap);
  put_strings(&document, none);
  put_u32(&document, 0);
  end(&document);
  return document;
}

static void refuses_plans_that_would_touch_the_host(void) {
  const uint32_t needed = CLONE_NEWNS;
  const struct {
    uint32_t flags;
    uint32_t namespaces;
    const char *bwrap;
    bool accepted;
  } cases[] = {
      {0, needed, "/bwrap", true},
      {0, CLONE_NEWUTS, "/bwrap", false},
      {0, needed | CLONE_NEWUSER, "/bwrap", false},
      {0, needed | CLONE_VM, "/bwrap", false},
      {0, needed, "bwrap", false},
      {1, needed, "/bwrap", false}, /* the host's own lo */
      {1, needed | CLONE_NEWNET, "/bwrap", true},
      {2, needed, "/bwrap", true},
      {3, needed, "/bwrap", false},
      {4, needed, "/bwrap", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct document document = plan_with(cases[i].flags, cases[i].namespaces, cases[i].bwrap);
    expect(decodes(document.bytes, document.size, true) == cases[i].accepted, "case %zu", i);
  }
}

const struct test WIRE_TESTS[] = {
    {"wire: refuses every truncation", refuses_every_truncation},
    {"wire: refuses trailing bytes", refuses_trailing_bytes},
    {"wire: survives each byte altered", survives_altered_bytes},
    {"wire: survives random noise", survives_random_noise},
    {"wire: refuses values that make no sense", refuses_values_that_make_no_sense},
    {"wire: refuses NUL inside a string", refuses_nul_inside_a_string},
    {"wire: refuses plans that would touch the host", refuses_plans_that_would_touch_the_host},
    {NULL, NULL},
};
