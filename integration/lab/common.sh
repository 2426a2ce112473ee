# Shared by the lab's scripts, which source it. They set `program` first.
lab=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tree=${lab%/integration/lab}
. "$tree/shim/src/main/dist/common.sh"
. "$tree/shim/src/main/dist/packages.sh"

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/husk/lab

# What the lab cannot do on this machine; integration/test skips the lab's tests then.
unavailable=77

suites='trixie forky'

need_root() { [ "$(id -u)" -eq 0 ] || die "$unavailable" 'not root: the lab builds file systems and makes namespaces'; }
