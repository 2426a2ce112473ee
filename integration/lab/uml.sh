# A machine of user-mode Linux: the kernel is a program, run in a chroot since it needs the libc of its own suite.

root=$LAB_KERNEL

# All that the program writes: its copy-on-write disk, which starts empty, and the guest's memory.
prepare_uml() {
  mount -t tmpfs -o mode=755 lab-dev "$root/dev"
  local device
  for device in null zero full random urandom tty; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/shm"
  mount -t tmpfs -o "mode=1777,size=$((LAB_MEMORY + 64))m" lab-memory "$root/dev/shm"
  mount -t proc -o ro proc "$root/proc"
  mount -t tmpfs -o mode=755,size=8g lab-run "$root/run"
  mount -t tmpfs -o mode=755 lab-share "$root/share"
  : >"$root/run/disk.img"
  mount --bind "$LAB_DISK" "$root/run/disk.img"
  mount -o remount,bind,ro "$root/run/disk.img"
  mkdir "$root/share/modules"
  mount --bind "$root/usr/lib/uml/modules" "$root/share/modules"
  mount -o remount,bind,ro "$root/share/modules"
}

# Standard input is that of the guest's line for output, standard output the console; descriptors 3 to 5 are the lines of output, errors
# and control.
start_uml() {
  exec chroot "$root" /usr/bin/linux.uml uml_dir=/run umid=lab ubd0=/run/cow.img,/run/disk.img root=/dev/ubda rw \
    mem="${LAB_MEMORY}M" seccomp=on hostfs=/share con=null con0=null,fd:1 ssl=null ssl0=fd:0,fd:3 ssl1=null,fd:4 ssl2=null,fd:5 \
    loglevel=4 systemd.show_status=false lab.share=hostfs lab.out=/dev/ttyS0 lab.err=/dev/ttyS1 lab.control=/dev/ttyS2
}
