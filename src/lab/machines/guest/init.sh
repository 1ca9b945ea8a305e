#!/bin/busybox sh
# Process 1 of the machine. It does what it is told on the console; what it says there itself begins with "@ ".
#
# $address, $gateway and $firmware (how long that takes, in seconds) come from the kernel's command line.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
exec </dev/ttyS0 >/dev/ttyS0 2>&1
stty -echo
sleep $firmware
for module in /modules/*; do insmod $module; done
say() { echo "@ $*"; }

# The address comes later than the link: what the hypervisor held back for us meanwhile finds nobody, as on real hardware.
ip link set lo up
ip link set eth0 up
sleep 0.5
ip addr add $address/24 dev eth0
ip route add default via $gateway

# kill -1 leaves out process 1, which is us.
orderly() {
  say SIGTERM to all
  kill -TERM -1
  sleep 0.5
  say "server processes alive 0.5 s later: $(pidof server | wc -w)"
  sleep 4.5
  say SIGKILL to all
  kill -KILL -1
  sync
  sleep $2
  say $1
  $1 -f
}

say up $(uname -r)
while read -r command first second; do
  case $command in
    serve) setsid server $first $second & ;;
    panic) say sysrq c; echo c >/proc/sysrq-trigger ;;
    reboot|poweroff) orderly $command $first ;;
    force) say $first -f; $first -f ;;
    *) say cannot $command ;;
  esac
done
