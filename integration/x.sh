set -u
cd /tmp
run() { # name, jq-less edit by sed
  echo "== $1"; B=/tmp/b-$1; mkdir -p $B; cp -a /husk/oci-config-samples/hello/rootfs $B/ 2>/dev/null; sed "$2" /husk/oci-config-samples/hello/config.json >$B/config.json; shift 2; husk run "$@" $B; echo "status $?"; }
run plain 's/x/x/'
run user '0,/"uid": 0/s//"uid": 1234/; 0,/"gid": 0/s//"gid": 77/'
run groups 's/"gid": 0/"gid": 5, "additionalGids": [7, 9]/; s/echo .*"$/id; cat \/proc\/self\/uid_map; grep Groups \/proc\/self\/status; ls -ld \/dev\/pts\/ptmx"/'
run far '0,/"uid": 0/s//"uid": 99999/'
run nofile 's/"hard": 1024/"hard": 9999999/'
run io 's/"cgroupsPath.*//; s/"linux": {/"linux": {"resources": {"blockIO": {"weight": 100}},/'
run io2 's/"linux": {/"linux": {"resources": {"blockIO": {"weight": 100}},/' --cgroup-limits=best-effort
run maps 's/"linux": {/"linux": {"uidMappings": [{"containerID":0,"hostID":1000,"size":1},{"containerID":1,"hostID":100000,"size":10}],"gidMappings": [{"containerID":0,"hostID":1000,"size":1}],/'
run badmaps 's/"linux": {/"linux": {"uidMappings": [{"containerID":0,"hostID":0,"size":10}],"gidMappings": [{"containerID":0,"hostID":1000,"size":1}],/'
run admin 's/"CAP_KILL"/"CAP_SYS_ADMIN"/; s/echo .*"$/cat \/proc\/self\/cgroup; mount -t cgroup2 none \/tmp \&\& ls \/tmp | head -3; mount -t proc proc \/tmp; echo $?"/'
run hostnet 's/"type": "network"/"type": "uts"/'
run oom 's/"noNewPrivileges"/"oomScoreAdj": -500, "noNewPrivileges"/'
run path 's/"linux": {/"linux": {"cgroupsPath": "\/husk\/box",/'
cat /etc/subuid
systemctl --user list-units --all 'husk*' --no-legend
ls -A $XDG_RUNTIME_DIR/husk
husk doctor | grep -v "  yes"
husk doctor | grep -E "delegated|ids|user"
unset XDG_RUNTIME_DIR; husk list; XDG_RUNTIME_DIR=/tmp/none; mkdir -p /tmp/none; export XDG_RUNTIME_DIR; husk run /tmp/b-plain
systemctl --user list-units --all 'husk*' --no-legend
