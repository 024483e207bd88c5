# shellcheck shell=bash
# Sourced by run.sh: systems of Debian in folders. A base is made once for each release by debootstrap and kept in
# build/chroots; every test works in a fresh layer above it, which is thrown away.

# shellcheck disable=SC2154 # report.sh sets build and scratch
bases=$build/chroots

# The mirror that this machine itself installs from.
mirror() {
  # shellcheck disable=SC2016,SC1091 # apt's own variable; a file of the system
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Release: $(. /etc/os-release && echo "$VERSION_CODENAME")" | head -n 1
}

# base RELEASE: makes the base unless it is there.
base() {
  [ -e "$bases/$1/ready" ] && return
  mkdir -p "$bases"
  rm -rf "${bases:?}/$1"
  mkdir "$bases/$1"
  nice debootstrap --variant=minbase "$1" "$bases/$1/root" "$(mirror)" >"$bases/$1/log" 2>&1 || {
    tail -n 3 "$bases/$1/log"
    return 1
  }
  touch "$bases/$1/ready"
}

# open_root RELEASE: a fresh system in $system. What apt downloads is kept for the next one.
open_root() {
  # shellcheck disable=SC2154
  system=$scratch/$1
  mkdir -p "$system" "$scratch/layer-$1"/{upper,work} "$bases/$1/archives/partial"
  mount -t overlay overlay -o "lowerdir=$bases/$1/root,upperdir=$scratch/layer-$1/upper,workdir=$scratch/layer-$1/work" \
    "$system" || return
  mkdir -p "$system/packages"
  mount -t proc proc "$system/proc" && mount --rbind /dev "$system/dev" && mount -t tmpfs tmpfs "$system/dev/shm" &&
    mount --bind "$bases/$1/archives" "$system/var/cache/apt/archives" || return
  echo 'APT::Keep-Downloaded-Packages "true"; Acquire::Check-Valid-Until "false";' >"$system/etc/apt/apt.conf.d/99test"
  inside apt-get update -qq
}

close_root() {
  umount -R "$system"
  rm -rf "$system" "$scratch"/layer-*
}

# inside COMMAND...: as root in the system, with nothing of this machine's environment.
inside() {
  chroot "$system" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive nice "$@"
}

# as_user COMMAND...: as the user editor, in their home.
as_user() {
  inside setpriv --reuid=1000 --regid=1000 --clear-groups env HOME=/home/editor sh -c 'cd && exec "$@"' sh "$@"
}

apt_install() { inside apt-get install -qq -y --no-install-recommends "$@" >"$scratch/apt.log" 2>&1 || { tail -n 5 "$scratch/apt.log"; false; }; }
