#!/usr/bin/env bash
# Installs what the tests need from Debian and npm can't bring, where it is missing. A part is named for its command.
set -euo pipefail

parts=(tmux fish chromium)

missing=()
for part in "${parts[@]}"; do
  command -v "$part" >/dev/null || missing+=("$part")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "Please install: ${missing[*]}" >&2
  exit 1
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
{
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
} >&2
