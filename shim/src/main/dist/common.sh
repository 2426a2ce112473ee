# Shared by setup, assemble, train and integration/test, which source it. They set `program` first.

say() { printf '%s: %s\n' "$program" "$*" >&2; }

# die STATUS WHAT...: sysexits statuses, 69 for something that the machine lacks, 70 for a step that failed.
die() {
  die_status=$1
  shift
  say "$@"
  exit "$die_status"
}

is_jdk25() {
  [ -x "$1/bin/javac" ] && [ -x "$1/bin/jlink" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null
}

# Prints the home of a JDK 25, or fails.
find_jdk25() {
  for jdk in "${JAVA_HOME:-/nonexistent}" /usr/lib/jvm/*25*; do
    if is_jdk25 "$jdk"; then
      printf '%s\n' "$jdk"
      return
    fi
  done
  javac=$(command -v javac) || return 1
  javac=$(readlink -f "$javac")
  jdk=${javac%/bin/javac}
  is_jdk25 "$jdk" && printf '%s\n' "$jdk"
}

# with_log LOG WHAT COMMAND...: runs the command with its output in LOG; a failure shows the log's end and where it is.
with_log() {
  log=$1
  what=$2
  shift 2
  say "$what"
  if "$@" >>"$log" 2>&1 </dev/null; then return; fi
  grep -v "^\[INFO\]" "$log" | tail -n 40 >&2
  die 70 "failed: $what. The full log is $log"
}

# One build at a time in this tree. The lock is on the directory SHIM, so it leaves no file; descriptor 9 stays open in what is
# started, so that a build which outlives its interrupted set-up still holds the next one up.
lock() {
  exec 9<"$1"
  flock -n 9 && return
  say 'another set-up or test run is at work in this tree; waiting for it (30 minutes at most)'
  flock -w 1800 9 || die 75 'still locked after 30 minutes: end the other set-up or test run, then try again'
}

# find_static_busybox SAMPLES: prints the path of one, or fails.
find_static_busybox() {
  for busybox in ${BUSYBOX:+"$BUSYBOX"} "$1/.busybox/busybox" /bin/busybox /usr/bin/busybox; do
    # A dynamic program names its loader near its start.
    if [ -x "$busybox" ] && ! head -c 4096 "$busybox" | grep -q 'ld-linux\|ld-musl'; then
      printf '%s\n' "$busybox"
      return
    fi
  done
  return 1
}
