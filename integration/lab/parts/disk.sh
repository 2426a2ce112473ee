# The userland of a suite: systemd as pid 1 with D-Bus, logind and user managers; what sandboxes are made of and compared with; Docker,
# to nest.
packages='systemd systemd-sysv dbus dbus-user-session libpam-systemd udev kmod procps iproute2 util-linux uidmap busybox-static
  bubblewrap runc crun containerd docker.io docker-cli iptables strace'

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
