# debootstrap SUITE VARIANT PACKAGES TARGET DOWNLOADS: a root file system by mmdebstrap, which knows Debian's mirrors and keys.
# To be run in a mount namespace of its own.
# Packages that were downloaded once stay in DOWNLOADS, whether or not the rest succeeds.
debootstrap() {
  local options=()
  # A development suite's index may be older on a mirror than it says it is good for.
  if [ "$1" = forky ]; then options+=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
  mkdir -p "$5"
  DOWNLOADS=$5 mmdebstrap --mode=root --variant="$2" \
    --include="$(echo $3 | tr ' ' ,)" --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --skip=essential/unlink,cleanup/apt/cache,download/empty \
    --setup-hook='mkdir -p "$1/var/cache/apt/archives" && mount --bind "$DOWNLOADS" "$1/var/cache/apt/archives"' \
    --customize-hook='umount "$1/var/cache/apt/archives"' \
    "${options[@]}" "$1" "$4"
}
