#!/bin/sh
# fetch-glibc.sh FOLDER: unpacks Debian 13's C and C++ libraries into FOLDER, by apt, installing nothing.
set -eu
folder=${1:?usage: fetch-glibc.sh FOLDER}
mkdir -p "$folder.apt/lists/partial" "$folder.apt/cache/archives/partial" "$folder.new"
cd "$folder.apt"
# From the mirror that this machine has of Debian.
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >sources.list

apt() { # of its own: not the machine's sources, lists or state
  apt-get -qq -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$PWD/lists" -o Dir::Cache="$PWD/cache" -o Dir::State::Status=/dev/null \
    -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
apt download libc6 libstdc++6 libgcc-s1
cd "$OLDPWD"
for package in "$folder.apt"/*.deb; do dpkg-deb -x "$package" "$folder.new"; done
mv "$folder.new" "$folder" # whole or not at all
rm -r "$folder.apt"
