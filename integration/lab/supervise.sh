# Watches a machine from its start to its end.

# supervise DIRECTORY START...: starts the machine with its lines on the pipes in, out, err, console and control of DIRECTORY, passes
# output on, and ends the script with the command's status, or with that of the lab's own failure.
supervise() {
  # A guest beats every two seconds. The first beat comes when it has booted, for which it has more time.
  local run=$1 silence=$((LAB_SILENCE > boot ? LAB_SILENCE : boot)) last=0 line why=
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
  # What read has got of a line when its time is over is the line's beginning.
  local pending= whole
  while :; do
    whole=yes
    IFS= read -r -t 1 -u 6 line || whole=no
    line=$pending$line
    if [ "$whole" = yes ]; then
      pending=
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
    else
      pending=$line
      if ! kill -0 "$guest" 2>/dev/null; then
        wait "$watch" || :
        why=$(sed -n '/Kernel panic/{s/^/the machine failed: /p;q}' "$run/console.log")
        why=${why:-the machine ended before the command did}
        break
      fi
    fi
    # Whatever it says, and however often.
    line=
    if [ $((SECONDS - last)) -gt "$silence" ]; then
      why="the machine hangs: no sign of life for $silence seconds"
      break
    fi
    if [ "$SECONDS" -ge "$LAB_LIMIT" ]; then break; fi
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
