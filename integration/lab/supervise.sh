# Watches a machine from its start to its end.

# A guest beats every two seconds. The first beat comes when it has booted.
silence=60

# supervise DIRECTORY START...: starts the machine with its lines on the pipes out, err, console and control of DIRECTORY, passes
# output on, and ends the script with the command's status, or with that of the lab's own failure.
supervise() {
  local run=$1 last=0 line why=
  shift
  cat <"$run/out" &
  local out=$!
  cat <"$run/err" >&2 &
  local err=$!
  watch_console "$run" <"$run/console" &
  # Kept open for writing here, so that it never ends.
  exec 6<>"$run/control"
  (
    exec 6<&-
    "$@"
  ) </dev/null >"$run/console" 2>&1 3>"$run/out" 4>"$run/err" 5>"$run/control" &
  local guest=$!
  while :; do
    if read -r -t 1 -u 6 line; then
      case $line in
        alive) last=$SECONDS ;;
        exit\ *) break ;;
        console\ *) why="the machine failed: ${line#console }" && break ;;
        broken\ *) why="the machine is unusable: ${line#broken }" && break ;;
        *) echo "control: $line" >>"$run/console.log" ;;
      esac
    elif ! kill -0 "$guest" 2>/dev/null; then
      why='the machine ended before the command did'
    elif [ $((SECONDS - last)) -gt "$silence" ]; then
      why="the machine hangs: no sign of life for $silence seconds"
    elif [ "$SECONDS" -ge "$LAB_LIMIT" ]; then
      break
    fi
    [ -z "$why" ] || break
  done
  kill -KILL "$guest" 2>/dev/null || :
  wait "$out" "$err" 2>/dev/null || :
  if [ -n "$why" ]; then
    say "$why. The end of its console:"
    tail -n 20 "$run/console.log" >&2
    exit 125
  fi
  case $line in
    exit\ *) exit "${line#exit }" ;;
  esac
  say "the time of $LAB_LIMIT seconds is over (--time); the machine was ended"
  exit 124
}

# Keeps what the console says, and reports on the control line when the kernel or systemd have given up: they would spin for ever.
watch_console() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "${line%$'\r'}" >>"$1/console.log"
    case $line in
      *'Kernel panic'* | *'Freezing execution'*) (sleep 0.3; printf 'console %s\n' "${line%$'\r'}" >"$1/control") & ;;
    esac
  done
}
