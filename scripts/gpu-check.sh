#!/usr/bin/env bash
# Checks Kernel on GPUs of a machine that has neither the SDK nor this repository.
#   scripts/gpu-check.sh publish DIR    here: the conformance runner with its cases and bench, compiled ahead of time for
#                                       linux-x64, and this script, into DIR, which is then brought to that machine
#   DIR/gpu-check.sh run DIR OUT        there: both on every device that the machine has; results and logs into OUT
# KERNEL_CHECK_DEVICES names the devices to run on (cuda:0,vulkan:0) in place of all.
# Ends with the number of cases on each device, and exits with 1 where one fails.
set -euo pipefail

usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

publish() {
  local target repository
  mkdir -p "$1"
  target=$(cd "$1" && pwd)
  repository=$(cd "$(dirname "$0")/.." && pwd)
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  local build
  build=$(mktemp -d)
  # Now, while the variable is known.
  # shellcheck disable=SC2064
  trap "rm -rf '$build'" EXIT

  # The packages' targets choose the instruction set: that of processors with AVX2 and FMA.
  for project in tests/Conformance/Conformance.csproj bench/bench.csproj; do
    dotnet publish -c Release "$repository/$project" -p:PublishAot=true -r linux-x64 -v q -nologo \
      -o "$build/$(basename "$project" .csproj)" --artifacts-path "$build/artifacts"
  done
  rm -rf "$target/conformance"
  cp "$build/Conformance/Conformance" "$build/bench/bench" "$target"
  cp -r "$build/Conformance/conformance" "$target"
  for program in Conformance bench; do
    find "$build/$program" -name '*.so*' -exec cp {} "$target" \;
  done
  cp "$repository/scripts/gpu-check.sh" "$target"
  { git -C "$repository" rev-parse HEAD 2>/dev/null || echo "no commit"; } > "$target/commit"
  du -sh "$target"
}

run() {
  local folder out failed=0
  folder=$(cd "$1" && pwd)
  mkdir -p "$2"
  out=$(cd "$2" && pwd)
  cp "$folder/commit" "$out/commit"
  { uname -a; grep -m1 'model name' /proc/cpuinfo; nvidia-smi 2>/dev/null || true; } > "$out/machine.txt" 2>&1
  "$folder/Conformance" --devices 2>"$out/devices.log" | tee "$out/devices.txt"

  local devices
  if [ -n "${KERNEL_CHECK_DEVICES:-}" ]; then
    devices=${KERNEL_CHECK_DEVICES//,/ }
  else
    devices=$(awk '$1 != "cpu" { print $1 }' "$out/devices.txt")
  fi
  [ -n "$devices" ] || { echo "this machine has no device but the processor" | tee "$out/summary.txt"; exit 1; }

  : > "$out/summary.txt"
  for device in $devices; do
    local name=${device/:/-}
    "$folder/Conformance" --cases "$folder/conformance/cases" --known "$folder/conformance/known-failures.txt" \
      --device "$device" --report "$out/conformance-$name.json" \
      > "$out/conformance-$name.txt" 2> "$out/conformance-$name.log" || failed=1
    echo "$device: $(tail -n 1 "$out/conformance-$name.txt")" | tee -a "$out/summary.txt"
    for suite in device ceilings; do
      "$folder/bench" --suite "$suite" --devices "$device" --json "$out/$suite-$name.json" \
        > "$out/$suite-$name.txt" 2> "$out/$suite-$name.log" \
        || { failed=1; echo "$device: bench --suite $suite failed" | tee -a "$out/summary.txt"; }
      cat "$out/$suite-$name.txt"
    done
  done
  exit "$failed"
}

case "${1:-}" in
  publish) [ $# -eq 2 ] || usage; publish "$2" ;;
  run) [ $# -eq 3 ] || usage; run "$2" "$3" ;;
  *) usage ;;
esac
