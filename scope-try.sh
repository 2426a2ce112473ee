cd /husk/oci-config-samples
mkdir -p /tmp/b && cp -r hello/. /tmp/b/
cat > /tmp/mod.py 2>/dev/null <<'P'
P
sed -e 's#"args": *\[[^]]*\]#"args": ["/bin/sh","-c","cat /proc/self/cgroup; cat /sys/fs/cgroup/memory.max; sleep 4"]#' hello/config.json > /tmp/b/config.json
grep -A3 '"args"' /tmp/b/config.json | head
systemctl show -p Delegate lab-command.service
time husk run --cgroup-manager=systemd --id web+1 /tmp/b &
sleep 2.5
systemctl list-units 'husk*' --no-legend
systemctl show 'husk-web\x2b1.scope' -p MemoryMax -p TasksMax -p CPUWeight -p CPUQuotaPerSecUSec -p Slice -p ControlGroup -p Delegate -p Description
systemd-cgls -u 'husk-web\x2b1.scope' | cat
husk state web+1 | head -40
find /sys/fs/cgroup/system.slice/husk* -name cgroup.procs | while read f; do echo $f: $(cat $f | tr '\n' ' '); done
wait
systemctl list-units --all 'husk*' --no-legend
ls -d /sys/fs/cgroup/system.slice/husk* 
for i in 1 2 3 ; do time husk run --cgroup-manager=systemd hello; done
for i in 1 2 3 ; do time husk run --cgroup-manager=cgroupfs hello; done
systemctl list-units --all 'husk*' --no-legend
