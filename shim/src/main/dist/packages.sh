# Debian packages: which are missing, and their installation. Sourced after common.sh.

# Asks for what is needed, not for the package: another source of it does as well.
have() {
  case $1 in
    bubblewrap) command -v bwrap ;;
    libc6-dev) echo 'int main(void){return 0;}' | gcc -static -x c -o /dev/null - ;;
    maven) command -v mvn ;;
    golang-go) command -v go ;;
    e2fsprogs) command -v mke2fs ;;
    qemu-system-x86) command -v qemu-system-x86_64 ;;
    seabios) [ -e /usr/share/seabios/bios-256k.bin ] ;;
    ipxe-qemu) [ -e /usr/lib/ipxe/qemu/efi-virtio.rom ] ;;
    *) command -v "$1" ;;
  esac >/dev/null 2>&1
}

why() {
  case $1 in
    bubblewrap) echo 'makes the sandbox' ;;
    strace) echo 'injects failures, for the tests' ;;
    gcc | libc6-dev | make) echo "is needed to build husk's native part" ;;
    maven) echo 'builds husk' ;;
    mmdebstrap | e2fsprogs) echo "makes the file systems of the lab's machines" ;;
    qemu-system-x86 | seabios | ipxe-qemu) echo "emulates the lab's machine of QEMU" ;;
    *) echo 'is needed' ;;
  esac
}

# install_packages LOG PACKAGE...: installs those whose use is missing. Nothing installed is upgraded or removed for it: apt's plan
# is read first. Ends the script with 69 where that is not possible.
install_packages() {
  install_log=$1
  shift
  missing=
  for package in "$@"; do
    if have "$package"; then continue; fi
    say "missing: $package ($(why "$package"))"
    missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086
  apt_install "$install_log" $missing
  for package in "$@"; do
    have "$package" || die 69 "$package is installed and yet not usable. The log is $install_log"
  done
}

apt_install() {
  apt_log=$1
  shift
  command -v apt-get >/dev/null || die 69 "this machine has no apt-get; install by its own means: $*"
  [ "$(id -u)" -eq 0 ] || die 69 "not root, so nothing is installed. As root: apt-get install --no-install-recommends $*"
  say "installing with apt-get: $*"
  apt-get -q update >>"$apt_log" 2>&1 || say 'apt-get update failed; going on with the package lists that are here'
  plan=$(LC_ALL=C apt-get -s --no-install-recommends install "$@" 2>&1) || {
    printf '%s\n' "$plan" | tail -n 15 >&2
    die 69 "apt-get cannot install: $*"
  }
  # "Inst NAME [OLD] (NEW ...)" is an upgrade, "Remv NAME" a removal.
  touched=$(printf '%s\n' "$plan" | sed -n -e 's/^Inst \([^ ]*\) \[.*/\1/p' -e 's/^Remv \([^ ]*\) .*/\1/p' | paste -s -d ' ')
  [ -z "$touched" ] || die 69 "installing $* would upgrade or remove: $touched. husk does not do that; if it is all right: apt-get install $*"
  DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends --no-remove install "$@" >>"$apt_log" 2>&1 </dev/null || {
    tail -n 15 "$apt_log" >&2
    die 69 "apt-get could not install: $*. The log is $apt_log"
  }
}

install_jdk25() {
  say 'missing: a JDK 25 (husk is written in Java 25). Looked in JAVA_HOME, /usr/lib/jvm/*25* and for javac on the PATH'
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    apt-get -q update >>"$1" 2>&1 || say 'apt-get update failed; going on with the package lists that are here'
  fi
  apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1 || die 69 \
    'this Debian has no package of JDK 25. Install one by hand (any vendor) below /usr/lib/jvm, or set JAVA_HOME to it, and run again'
  apt_install "$1" openjdk-25-jdk-headless
}

# try_install LOG PACKAGE...: the same for what can be done without; fails instead of ending the script.
try_install() { (install_packages "$@"); }

# get_busybox LOG DIRECTORY: a static busybox for the samples. It is unpacked and not installed, since the package busybox, which
# most Debian machines have, would have to go for it.
get_busybox() {
  find_static_busybox "$2" >/dev/null && return
  say 'missing: a static busybox (is the root file system of the samples); unpacking the one of the package busybox-static'
  new=$2/.busybox.new
  rm -rf "$new"
  mkdir -p "$new"
  (
    cd "$new"
    if ! apt-get -q download busybox-static && [ "$(id -u)" -eq 0 ]; then
      apt-get -q update && apt-get -q download busybox-static
    fi
    dpkg-deb -x busybox-static_*.deb . && mv bin/busybox busybox || mv usr/bin/busybox busybox
  ) >>"$1" 2>&1 || die 69 "cannot get it with apt-get download busybox-static; the log is $1. Any static busybox does: put it at $2/.busybox/busybox"
  rm -rf "$2/.busybox"
  mkdir "$2/.busybox"
  mv "$new/busybox" "$2/.busybox/"
  rm -rf "$new"
}

# prepare_machine LOG SAMPLES: everything that a build, a sandbox and the samples in that directory need; sets JAVA_HOME.
prepare_machine() {
  install_packages "$1" bubblewrap gcc libc6-dev make maven
  JAVA_HOME=$(find_jdk25) || {
    install_jdk25 "$1"
    JAVA_HOME=$(find_jdk25) || die 69 'the package of JDK 25 is installed and yet no JDK 25 is below /usr/lib/jvm or on the PATH'
  }
  export JAVA_HOME
  get_busybox "$1" "$2"
  say "JDK 25: $JAVA_HOME"
}
