# What the guest sees of the host.

# prepare_share DIRECTORY COMMAND...: fills it. Sources are read-only; only DIRECTORY/out can be written to, if run was given one.
prepare_share() {
  local share=$1
  shift
  show "$lab/guest" "$share/guest"
  show "$LAB_TREE" "$share/tree"
  show "$LAB_JDK" "$share/jdk"
  if [ -d "$LAB_MAVEN" ]; then show "$LAB_MAVEN" "$share/maven"; fi
  if [ -n "$LAB_GRPCURL" ]; then show "$LAB_GRPCURL" "$share/grpcurl"; fi
  mkdir "$share/out"
  if [ -n "$LAB_OUT" ]; then mount --bind "$LAB_OUT" "$share/out"; fi
  mkdir "$share/job"
  {
    printf 'arguments=('
    printf '%q ' "$@"
    printf ')\n'
    printf '%s=%q\n' tree "$LAB_TREE" suite "$LAB_SUITE" user "$LAB_USER" terminal "$LAB_TERMINAL" machine "$LAB_MACHINE"
  } >"$share/job/settings"
}

# show SOURCE TARGET: read-only.
show() {
  mkdir "$2"
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}
