# What the lab's machines consist of. A change here, or of what is copied into the disk, builds anew: see image.

# The kernel of all suites. Older ones of user-mode Linux do not run on newer processors.
kernel_suite=forky
kernel_packages=user-mode-linux

# systemd as pid 1 with D-Bus, logind and user managers; what sandboxes are made of and compared with; Docker, to nest.
packages='systemd systemd-sysv dbus dbus-user-session libpam-systemd udev kmod procps iproute2 util-linux uidmap busybox-static
  bubblewrap runc crun containerd docker.io docker-cli iptables'

# debootstrap SUITE VARIANT PACKAGES TARGET DOWNLOADS: a root file system by mmdebstrap, which knows Debian's mirrors and keys.
# Packages that were downloaded once stay in DOWNLOADS, whether or not the rest succeeds.
debootstrap() {
  local options=()
  # A development suite's index may be older on a mirror than it says it is good for.
  if [ "$1" = forky ]; then options+=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
  mkdir -p "$5"
  DOWNLOADS=$5 timeout -k 5 1200 unshare -m -p -f --kill-child --mount-proc mmdebstrap --mode=root --variant="$2" \
    --include="$(echo $3 | tr ' ' ,)" --dpkgopt=force-unsafe-io \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --skip=essential/unlink,cleanup/apt/cache,download/empty \
    --setup-hook='mkdir -p "$1/var/cache/apt/archives" && mount --bind "$DOWNLOADS" "$1/var/cache/apt/archives"' \
    --customize-hook='umount "$1/var/cache/apt/archives"' \
    "${options[@]}" "$1" "$4"
}

# make_kernel TARGET DOWNLOADS: the kernel program with the libraries that it needs, to run it in a chroot on any host.
make_kernel() {
  debootstrap "$kernel_suite" extract "$kernel_packages" "$1" "$2"
  # extract runs no maintainer script, so the links of a merged /usr are not there.
  for directory in bin sbin lib lib64; do
    [ -e "$1/$directory" ] || ln -s "usr/$directory" "$1/$directory"
  done
  mkdir -p "$1/dev" "$1/proc" "$1/share" "$1/run" "$1/tmp"
}

# make_disk SUITE WORK DOWNLOADS: WORK/disk.img, an ext4 file system that a machine boots from.
make_disk() {
  local root=$2/root
  debootstrap "$1" minbase "$packages" "$root" "$3"
  prepare_guest "$root"
  truncate -s 8G "$2/disk.img"
  mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -d "$root" "$2/disk.img"
  rm -rf --one-file-system "$root"
}

# prepare_guest ROOT: no logins, no timers; the user of --user; the unit that runs a job.
prepare_guest() {
  local unit
  for unit in getty.target console-getty.service serial-getty@.service getty@.service containerd.service docker.service docker.socket \
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
    systemd-networkd.service systemd-networkd-wait-online.service systemd-timesyncd.service systemd-pstore.service \
    systemd-udev-trigger.service ldconfig.service systemd-journal-catalog-update.service systemd-hwdb-update.service systemd-firstboot.service systemd-update-done.service; do
    case $unit in
      # Installed and not started: a job that wants one starts it.
      containerd.* | docker.*) chroot "$1" systemctl disable "$unit" ;;
      *) ln -sfn /dev/null "$1/etc/systemd/system/$unit" ;;
    esac
  done
  echo lab >"$1/etc/hostname"
  echo '127.0.0.1 localhost lab' >"$1/etc/hosts"
  # An empty one would make every boot a first boot, with units that only that has.
  echo 7e57ab1e7e57ab1e7e57ab1e7e57ab1e >"$1/etc/machine-id"
  chroot "$1" useradd --create-home --shell /bin/bash husk
  # So that the user sees a source tree or repository that is mounted below.
  chmod 755 "$1/root"
  install -m 755 "$lab/guest/start" "$1/usr/local/sbin/lab-start"
  install -m 644 "$lab/guest/lab.service" "$1/etc/systemd/system/lab.service"
  chroot "$1" systemctl enable lab.service
}
