# Shared by the lab's scripts, which source it. They set `program` first.
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=${lab%/integration/lab}
. "$tree/shim/src/main/dist/common.sh"
. "$tree/shim/src/main/dist/packages.sh"

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/husk/lab

# What the lab cannot do on this machine; integration/test skips the lab's tests then.
unavailable=77

# What it can and did not: a failure, and no reason to skip anything.
failed=70

suites='trixie forky'

need_root() { [ "$(id -u)" -eq 0 ] || die "$unavailable" 'not root: the lab builds file systems and makes namespaces'; }

# attend SIGNAL COMMAND...: runs it to its end and returns its status; it gets the signal when this script is told to end. A command of
# the foreground would have to end before the shell heeds a signal.
attend() {
  local signal=$1 status=0
  shift
  "$@" <&0 &
  attended=$!
  trap "attended_ended $signal 129" HUP
  trap "attended_ended $signal 130" INT
  trap "attended_ended $signal 143" TERM
  wait "$attended" || status=$?
  trap - HUP INT TERM
  return "$status"
}

attended_ended() {
  kill "-$1" "$attended" 2>/dev/null || :
  wait "$attended" || :
  exit "$2"
}
