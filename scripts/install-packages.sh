#!/bin/sh
# install-packages.sh GROUP...: installs the Debian packages of the groups that are missing, by name.
#
#   build   what `make` needs (libncurses6 and libcurl4 for Swift's own programs)
#   demo    what `make demo` needs on top
#   test    what `make test` needs on top
#   package     what `make dist` and `make deb` need on top
#   wheel       what `make wheel` needs on top
#   packages    what `make test-packages` needs on top
#   hosts   what `make test-hosts` needs on top: Ardour, and what draws its picture
#   bench   what `make bench` needs on top
#   archives    what `make test-archives` needs on top
#   processors  what `make test-processors` needs on top
#
# As root or with sudo. Does nothing, and needs no network, when all are there.
set -eu

[ $# -gt 0 ] || { echo "usage: install-packages.sh build|demo|test|bench ..." >&2; exit 2; }

packages=
for group in "$@"; do
  case $group in
    build) packages="$packages make git ca-certificates binutils pkg-config libc6-dev libstdc++-12-dev
      libncurses6 libcurl4 lv2-dev libfftw3-dev libsndfile1-dev libcairo2-dev libxcb1-dev" ;;
    demo) packages="$packages ffmpeg lilv-utils alsa-utils fonts-dejavu-core" ;;
    test) packages="$packages ffmpeg lilv-utils lv2-dev sordi liblilv-dev jackd2 libjack-jackd2-dev jalv ecasound valgrind
      alsa-utils flac shellcheck clang-format-14 python3-venv git curl gnupg zsh fish man-db
      xvfb xdotool fonts-dejavu-core" ;;
    package) packages="$packages dpkg-dev xz-utils" ;;
    wheel) packages="$packages python3-pip python3-setuptools python3-wheel" ;;
    packages) packages="$packages debootstrap lintian" ;;
    hosts) packages="$packages ardour audacity xvfb xauth openbox xdotool imagemagick pipewire pipewire-bin wireplumber dbus gstreamer1.0-tools
      gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad" ;;
    bench) packages="$packages python3-venv" ;;
    archives) packages="$packages parallel munge slurmctld slurmd slurm-client procps" ;;
    processors) packages="$packages qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
      bochs bochs-term bochsbios cpio isolinux syslinux-common xorriso" ;;
    *) echo "install-packages.sh: unknown group '$group'" >&2; exit 2 ;;
  esac
done

missing=
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || {
    echo "install-packages.sh: need root or sudo to install:$missing" >&2
    exit 1
  }
  sudo=sudo
fi

echo "installing:$missing"
# jackd2 asks whether it may have real-time priority; the default is no.
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
