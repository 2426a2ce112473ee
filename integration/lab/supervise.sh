# Watches a machine from its start to its end.

# supervise DIRECTORY START...: starts the machine with its lines on the pipes in, out, err, console and control of DIRECTORY, passes
# output on, and ends the script with the command's status, or with that of the lab's own failure.
supervise() {
  # A guest beats every two seconds. The first beat comes when it has booted, for which it has a minute at least.
  local run=$1 silence=$((LAB_SILENCE > 60 ? LAB_SILENCE : 60)) last=0 line why=
  shift
  cat <"$run/out" &
  local out=$!
  cat <"$run/err" >&2 &
  local err=$!
  : >"$run/console.log"
  watch_console "$run" <"$run/console" &
  local watch=$!
  # Kept open for writing here, so that they never end.
  exec 6<>"$run/control" 7<>"$run/in"
  (
    exec 6<&- 7<&-
    "$@"
  ) <"$run/in" >"$run/console" 2>&1 3>"$run/out" 4>"$run/err" 5>"$run/control" &
  local guest=$!
  # The shell is to say nothing of its end.
  disown "$guest"
  while :; do
    if read -r -t 1 -u 6 line; then
      case $line in
        alive) last=$SECONDS silence=$LAB_SILENCE ;;
        terminal)
          # Each key is the guest's from here on.
          stty raw -echo
          cat >&7 <&0 &
          ;;
        exit\ *) break ;;
        console\ *) why="the machine failed: ${line#console }" && break ;;
        broken\ *) why="the machine is unusable: ${line#broken }" && break ;;
        *) echo "control: $line" >>"$run/console.log" ;;
      esac
    elif ! kill -0 "$guest" 2>/dev/null; then
      wait "$watch" || :
      why=$(sed -n '/Kernel panic/{s/^/the machine failed: /p;q}' "$run/console.log")
      why=${why:-the machine ended before the command did}
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
