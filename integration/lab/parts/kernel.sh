# The kernel of all suites: user-mode Linux. Older ones of it do not run on newer processors.
kernel_suite=forky
kernel_packages=user-mode-linux

# make_kernel TARGET DOWNLOADS: the kernel program with the libraries that it needs, to run it in a chroot on any host.
make_kernel() {
  debootstrap "$kernel_suite" extract "$kernel_packages" "$1" "$2"
  # extract runs no maintainer script, so the links of a merged /usr are not there.
  for directory in bin sbin lib lib64; do
    [ -e "$1/$directory" ] || ln -s "usr/$directory" "$1/$directory"
  done
  mkdir -p "$1/dev" "$1/proc" "$1/share" "$1/run" "$1/tmp"
}
