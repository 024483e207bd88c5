#!/bin/sh
# arm64-libraries.sh FOLDER: Debian's libraries for aarch64 that the plug-ins and their tests link and load,
# unpacked into FOLDER; nothing is installed on this system.
set -eu
folder=${1:?usage: arm64-libraries.sh FOLDER}
state=$folder/apt
mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
: >"$state/status"
apt() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root -o Dir::State="$PWD/$state" \
    -o Dir::State::lists="$PWD/$state/lists" -o Dir::State::status="$PWD/$state/status" -o Dir::Cache="$PWD/$state/cache" "$@"
}
apt update
apt install -y --no-install-recommends --download-only libc6 libfftw3-dev libsndfile1 libcairo2 libxcb1 >/dev/null
for package in "$state"/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder"; done
rm -r "$state"
