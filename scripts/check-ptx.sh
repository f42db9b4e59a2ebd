#!/usr/bin/env bash
# Has NVIDIA's own assembler compile the PTX of the library, and that which is generated when all conformance cases run
# on the driver in software, for the GPUs of KERNEL_PTX_GPUS (sm_60 sm_80 sm_90). No GPU is needed, but ptxas is: on the
# path, or named by KERNEL_PTXAS; it is part of CUDA's toolkit (nvidia-cuda-toolkit in Debian's non-free).
# Without one there is nothing to do. Ends with how many texts were compiled, and exits with 1 where one is refused.
set -euo pipefail
cd "$(dirname "$0")/.."
ptxas=${KERNEL_PTXAS:-ptxas}
command -v "$ptxas" >/dev/null || { echo "no ptxas on this machine: PTX is not checked"; exit 0; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dotnet build tools/ShaderBuilder -c Release -v q -nologo -p:RunAnalyzers=false
dotnet build tests/Unit -c Release -v q -nologo -p:RunAnalyzers=false
tools/ShaderBuilder/bin/Release/net10.0/ShaderBuilder ptx "$folder"
KERNEL_REQUIRE_DEVICES=cpu KERNEL_CUDA_SAMPLE=1 KERNEL_PTX_FOLDER=$folder \
  tests/Unit/bin/Release/net10.0/Kernel.Tests -class '*.CudaConformanceTests' -class '*.CudaMatrixUnitTests' \
  -class '*.KernelLanguageTests'

check() {
  local target
  target=$(sed -n 's/^\.target sm_\([0-9]*\).*/\1/p' "$2" | head -n 1)
  for gpu in ${KERNEL_PTX_GPUS:-sm_60 sm_80 sm_90}; do
    # What is written for a later GPU is not for this one.
    [ "${gpu#sm_}" -ge "$target" ] || continue
    "$1" -arch "$gpu" -o /dev/null "$2" > "$2.log" 2>&1 || { echo "$gpu refuses $(basename "$2"):"; cat "$2.log"; return 1; }
  done
}
export -f check
failed=0
find "$folder" -name '*.ptx' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$0" "$1"' "$ptxas" {} || failed=1
echo "$(find "$folder" -name 'library-*.ptx' | wc -l) texts of the library and" \
  "$(find "$folder" -name 'given-*.ptx' | wc -l) that the driver was given, by $("$ptxas" --version | tail -n 2 | head -n 1)"
exit "$failed"
