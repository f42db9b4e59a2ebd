#!/usr/bin/env bash
# Installs, from Debian's packages, what the tests need beyond the .NET SDK. Does nothing where all of it is there.
#   clang, zlib1g-dev   linking NativeAOT programs
set -euo pipefail
packages=(clang zlib1g-dev)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -eq 0 ] && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
"${sudo[@]}" apt-get update -q
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}"
