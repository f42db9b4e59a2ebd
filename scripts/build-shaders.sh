#!/usr/bin/env bash
# Compiles the kernels of shaders/ to SPIR-V, PTX and Direct3D's DXBC (shaders/compiled) and the shaders of the viewer to SPIR-V
# (viewer/Library/Rendering/Vulkan/Shaders/compiled), those whose source has changed; --all for all,
# --kernel NAME for those whose name begins so. Needs glslangValidator, spirv-opt, spirv-val, wine and clang-15 (or the
# one that KERNEL_CLANG names; CUDA's toolkit is not needed), which scripts/install-drivers.sh installs.
#
# With --hlsl: only fetches Microsoft's compiler of HLSL from its NuGet package, which runs under Wine here and compiles
# what the DirectCompute backend generates, too. It is kept in artifacts/, which is never committed.
set -euo pipefail
cd "$(dirname "$0")/.."

fetch_hlsl() {
  dotnet publish tools/HlslCompiler -c Release -r win-x64 --self-contained -o artifacts/hlsl-compiler -v q -nologo
}

if [ "${1:-}" = --hlsl ]; then
  fetch_hlsl
  exit
fi

for program in glslangValidator spirv-opt spirv-val wine "${KERNEL_CLANG:-clang-15}"; do
  command -v "$program" >/dev/null || { echo "$program is missing: scripts/install-drivers.sh installs it" >&2; exit 1; }
done
[ -e artifacts/hlsl-compiler/HlslCompiler.exe ] || fetch_hlsl
export KERNEL_HLSL_COMPILER=$PWD/artifacts/hlsl-compiler/HlslCompiler.exe
dotnet build tools/ShaderBuilder -c Release -v q -nologo -p:RunAnalyzers=false
tools/ShaderBuilder/bin/Release/net10.0/ShaderBuilder "$@"
