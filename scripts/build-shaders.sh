#!/usr/bin/env bash
# Compiles the kernels of shaders/ to SPIR-V (shaders/compiled), those whose source has changed; --all for all.
# Needs glslangValidator, spirv-opt and spirv-val: scripts/install-drivers.sh installs them.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in glslangValidator spirv-opt spirv-val; do
  command -v "$program" >/dev/null || { echo "$program is missing: scripts/install-drivers.sh installs it" >&2; exit 1; }
done
dotnet build -c Release -v q -nologo tools/ShaderBuilder/ShaderBuilder.csproj -p:RunAnalyzers=false
tools/ShaderBuilder/bin/Release/net10.0/ShaderBuilder "$@"
