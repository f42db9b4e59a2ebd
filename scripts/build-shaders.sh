#!/usr/bin/env bash
# Compiles the kernels of shaders/ to SPIR-V and PTX (shaders/compiled) and the shaders of the viewer to SPIR-V
# (viewer/Library/Rendering/Vulkan/Shaders/compiled), those whose source has changed; --all for all,
# --kernel NAME for those whose name begins so. Needs glslangValidator, spirv-opt, spirv-val and clang-15 (or the one
# that KERNEL_CLANG names; CUDA's toolkit is not needed), which scripts/install-drivers.sh installs.
#
# With --hlsl: fetches Microsoft's compiler of HLSL from its NuGet package instead, for the test that compiles every
# kernel with it under Wine. It is kept in artifacts/, which is never committed.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --hlsl ]; then
  dotnet publish tools/HlslCompiler -c Release -r win-x64 --self-contained -o artifacts/hlsl-compiler -v q -nologo
  exit
fi

for program in glslangValidator spirv-opt spirv-val "${KERNEL_CLANG:-clang-15}"; do
  command -v "$program" >/dev/null || { echo "$program is missing: scripts/install-drivers.sh installs it" >&2; exit 1; }
done
dotnet build tools/ShaderBuilder -c Release -v q -nologo -p:RunAnalyzers=false
tools/ShaderBuilder/bin/Release/net10.0/ShaderBuilder "$@"
