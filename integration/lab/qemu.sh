# A machine of QEMU under software emulation: two CPUs, and Debian's own kernel with all that it has. It computes ten to twenty times
# slower than the host.

root=$LAB_DISK
boot=300

# All that is written: a copy of the disk, since a machine that is ended leaves it dirty, and the pipes.
prepare_machine() {
  mount -t tmpfs -o mode=755,size=10g lab-run "$root/run"
  mount -t tmpfs -o mode=755 lab-share "$root/share"
  # The names by which it takes a pair of pipes.
  ln -s in "$root/run/line.in"
  ln -s out "$root/run/line.out"
  cp --sparse=always "$root/disk.img" "$root/run/disk.img"
}

# See uml.sh for the descriptors. The guest has only its four lines from the host, and no network.
start_machine() {
  exec qemu-system-x86_64 -accel tcg,thread=multi -smp 2 -cpu max -m "$LAB_MEMORY" -display none -nodefaults -no-user-config -no-reboot -nic none \
    -kernel "$root/vmlinuz" -initrd "$root/initrd.img" \
    -append "root=/dev/vda rw console=ttyS0 quiet loglevel=4 systemd.show_status=false panic=-1 hugepages=16 mitigations=off psi=1 lab.share=9p \
lab.out=/dev/hvc0 lab.err=/dev/hvc1 lab.control=/dev/hvc2" \
    -drive "file=$root/run/disk.img,if=virtio,format=raw,cache=unsafe" \
    -virtfs "local,path=$root/share,mount_tag=lab,security_model=none,multidevs=remap" \
    -chardev file,id=console,path=/dev/stdout -serial chardev:console -device virtio-serial \
    -chardev "pipe,id=out,path=$root/run/line" -device virtconsole,chardev=out \
    -chardev file,id=err,path=/dev/fd/4 -device virtconsole,chardev=err \
    -chardev file,id=control,path=/dev/fd/5 -device virtconsole,chardev=control
}
