#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs what a build needs, from Debian 12's own packages. With all of it there it does nothing.
# With the argument "preflight" also what its required checks call, with "preflight-full" what all of
# them do; with "llvm" also what those with clang do. No package has smatch.
# python3-ply and python3-git are for the tree's spdxcheck.py: without them checkpatch.pl takes any
# licence for a valid one.
set -eu

fail() {
  echo "tools/bootstrap.sh: error: $1" >&2
  exit "${2:-6}"
}

packages='build-essential cmake ninja-build
  libfmt-dev libcli11-dev nlohmann-json3-dev rapidjson-dev libtinyxml2-dev libpugixml-dev libgtest-dev
  linux-source-6.12 flex bison bc libelf-dev libssl-dev
  python3 git xz-utils bzip2 zstd gdb v4l-utils
  perl codespell python3-ply python3-git
  valgrind'
required='gcc-aarch64-linux-gnu sparse'
full='qemu-system-x86 qemu-system-arm pahole coccinelle ocaml-nox python3-sphinx
  python3-sphinx-rtd-theme python3-yaml'
llvm='clang lld llvm libclang-rt-dev'
for argument in "$@"; do
  case $argument in
    preflight) packages="$packages $required" ;;
    preflight-full) packages="$packages $required $full" ;;
    llvm) packages="$packages $llvm" ;;
    *)
      fail "$argument: unknown; it takes \"preflight\" or \"preflight-full\", and \"llvm\"" 5
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
  fail "this is no Debian; install what these packages hold there: $(echo $packages)"
fi

missing=
for package in $packages; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || status=
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 ||
    fail "not root, and no sudo; have these packages installed:$missing"
  as_root=sudo
fi
echo "-- installing$missing"
# By itself it takes a host that it can't reach for a warning. One that has none of these packages
# does no harm.
fetched=yes
$as_root apt-get update --option APT::Update::Error-Mode=any || fetched=
unknown=
for package in $missing; do
  apt-cache show "$package" >/dev/null 2>&1 || unknown="$unknown $package"
done
if [ -n "$unknown" ] && [ -z "$fetched" ]; then
  fail "apt-get update failed, see above, and apt does not know$unknown; mend that, and run this again"
elif [ -n "$unknown" ]; then
  fail "no suite of this machine has$unknown; give apt those that a Debian 12 has: bookworm, \
bookworm-updates and bookworm-security"
fi
# "env", since sudo passes no environment on.
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --no-install-recommends $missing ||
  fail 'apt-get install failed, see above; mend that, and run this again'
