# The machine of --machine qemu: the userland of that suite with Debian's own kernel of it, for an emulated computer.
qemu_suite=trixie

# make_qemu WORK DOWNLOADS: WORK/disk.img with the kernel and its first file system beside it, and directories to mount on.
make_qemu() {
  local root=$1/root
  debootstrap "$qemu_suite" minbase "$packages linux-image-amd64 initramfs-tools zstd" "$root" "$2"
  prepare_guest "$root"
  # The one of a machine that may be any takes half a minute to unpack under emulation.
  printf 'MODULES=list\nCOMPRESS=zstd\n' >"$root/etc/initramfs-tools/conf.d/lab"
  printf '%s\n' virtio_pci virtio_blk ext4 >>"$root/etc/initramfs-tools/modules"
  mount -t proc proc "$root/proc"
  chroot "$root" update-initramfs -u
  umount "$root/proc"
  cp "$root"/boot/vmlinuz-* "$1/vmlinuz"
  mv "$root"/boot/initrd.img-* "$1/initrd.img"
  truncate -s 8G "$1/disk.img"
  mke2fs -q -t ext4 -O ^has_journal -E lazy_itable_init=1 -d "$root" "$1/disk.img"
  rm -rf --one-file-system "$root"
  mkdir "$1/run" "$1/share"
}
