#!/bin/sh
# enter.sh ROOT ARCHIVES USER COMMAND: runs COMMAND in ROOT as USER, with what QEMU and apt need of
# the system around them. Meant for a mount and a process namespace of its own (unshare(1)), with
# which all mounts and all processes go. ARCHIVES keeps what apt downloads.
set -eu
root=$1 archives=$2 user=$3 command=$4
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
for name in null zero full random urandom tty kvm; do
  [ -e "/dev/$name" ] || continue
  touch "$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
ln -s /proc/self/fd "$root/dev/fd"
for number in 0 1 2; do
  name=$(echo stdin stdout stderr | cut -d ' ' -f $((number + 1)))
  ln -s "/proc/self/fd/$number" "$root/dev/$name"
done
mkdir -p "$root/var/cache/apt/archives"
mount --bind "$archives" "$root/var/cache/apt/archives"
home=$(sed -n "s/^$user:[^:]*:[^:]*:[^:]*:[^:]*:\([^:]*\):.*/\1/p" "$root/etc/passwd")
exec chroot --userspec="$user:$user" "$root" /usr/bin/env -i HOME="$home" USER="$user" \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  ${npm_config_registry:+npm_config_registry="$npm_config_registry"} \
  ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/usr/local/host-ca.crt} \
  ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
  sh -c "cd \"\$HOME\"; $command"
