#!/usr/bin/env bash
# Packs the libraries, installs them into a program outside of this repository, trains a network there, under the JIT
# and compiled ahead of time, and compares what is printed. Keeps the packages if a folder is named.
# Usage: scripts/check-packages.sh [folder for the packages]
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

readme=$PWD/README.md
work=$(mktemp -d)
if command -v cygpath > /dev/null; then work=$(cygpath -m "$work"); fi  # .NET on Windows wants C:/…
trap 'rm -rf "$work"' EXIT
packages=${1:-$work/packages}
mkdir -p "$packages"
packages=$(cd "$packages" && (pwd -W 2> /dev/null || pwd))
version=0.0.1-check
dotnet pack Kernel.sln -c Release -o "$packages" -v q -p:Version=$version -p:ContinuousIntegrationBuild=true \
  -p:RepositoryUrl="${REPOSITORY_URL:-https://example.com/kernel}"

# What must be in them.
packages_of="KernelEngine KernelEngine.Nn KernelEngine.Gpu KernelEngine.Vulkan KernelEngine.DirectCompute KernelEngine.OpenCl"
packages_of="$packages_of KernelEngine.Cuda KernelEngine.Viewer"
for package in $packages_of; do
  mkdir -p "$work/$package" "$work/$package.symbols"
  unzip -qo "$packages/$package.$version.nupkg" -d "$work/$package"
  unzip -qo "$packages/$package.$version.snupkg" -d "$work/$package.symbols"
  for file in README.md NOTICE.md; do [ -s "$work/$package/$file" ] || { echo "$package has no $file"; exit 1; }; done
  for library in "$work/$package"/lib/net10.0/*.dll; do
    name=$(basename "$library" .dll)
    [ -s "$work/$package/lib/net10.0/$name.xml" ] || { echo "$name has no documentation"; exit 1; }
    [ -s "$work/$package.symbols/lib/net10.0/$name.pdb" ] || { echo "$name has no symbols"; exit 1; }
  done
  grep -q '<license type="expression">MIT</license>' "$work/$package/$package.nuspec"
done
for backend in Vulkan DirectCompute OpenCl Cuda; do
  for file in "KernelEngine.$backend.targets" "Register$backend.cs"; do
    [ -s "$work/KernelEngine.$backend/buildTransitive/$file" ] || { echo "KernelEngine.$backend has no $file"; exit 1; }
  done
done
! grep -q '<dependency ' "$work/KernelEngine/KernelEngine.nuspec" || { echo "KernelEngine has dependencies"; exit 1; }
bytes=$(cat "$work"/KernelEngine/lib/net10.0/*.dll | wc -c)
echo "KernelEngine: $bytes bytes of assemblies, package $(wc -c < "$packages/KernelEngine.$version.nupkg") bytes"
[ "$bytes" -le 1572864 ] || { echo "core and CPU have more than 1.5 MB"; exit 1; }

# A program that knows nothing but the packages, from a cache of its own.
mkdir "$work/program"
cd "$work/program"
user_packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
cat > nuget.config <<END
<configuration>
  <config><add key="globalPackagesFolder" value="$work/cache" /></config>
  <packageSources>
    <clear />
    <add key="local" value="$packages" />
    <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
  </packageSources>
  <packageSourceMapping>
    <packageSource key="local"><package pattern="KernelEngine*" /></packageSource>
    <packageSource key="nuget.org"><package pattern="*" /></packageSource>
  </packageSourceMapping>
  <fallbackPackageFolders><clear /><add key="user" value="$user_packages" /></fallbackPackageFolders>
</configuration>
END
cat > Program.csproj <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <InvariantGlobalization>true</InvariantGlobalization>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="KernelEngine" Version="$version" />
    <PackageReference Include="KernelEngine.Nn" Version="$version" />
    <PackageReference Include="KernelEngine.Vulkan" Version="$version" />
    <PackageReference Include="KernelEngine.OpenCl" Version="$version" />
    <PackageReference Include="KernelEngine.Cuda" Version="$version" />
  </ItemGroup>
</Project>
END
cat > Program.cs <<'END'
using KernelEngine;
using KernelEngine.Nn;

Generator.SeedAll(1);
var net = new Net(64, 10);
var adam = new Adam(net.Parameters(), lr: 5e-3);
var criterion = new CrossEntropyLoss();
for (var epoch = 0; epoch < 5; epoch++)
{
    foreach (var (image, label) in new DataLoader(Digits.Train, batchSize: 64, shuffle: true, numWorkers: 1))
    {
        adam.ZeroGrad();
        var loss = criterion.Call(net.Call(image), label);
        loss.Backward();
        adam.Step();
    }
}

var path = Path.GetTempFileName();
net.Save(path);
var loaded = new Net(64, 10).Load(path).Eval();
File.Delete(path);
using var scope = Autograd.NoGrad();
var output = loaded.Call(Digits.Test.Inputs);
var correct = output.Argmax(1).Eq(Digits.Test.Labels).Sum().Item<long>();
Console.WriteLine($"{ComputeDevice.Best()}: {string.Join(", ", net.StateDict().Keys)}");
Console.WriteLine($"{correct} of {Digits.Test.Count} are right; the outputs add up to {output.Sum().Item<double>():R}");
Console.WriteLine(output[0]);

// Devices of packages that are only referenced; a machine may lack them.
foreach (var name in (string[])["vulkan:0", "opencl:0", "cuda:0"])
{
    if (!ComputeDevice.IsAvailable(name))
    {
        Console.WriteLine($"{name} is not available here");
        continue;
    }

    var x = Tensor.FromSpan<float>([1, 2, 3, 4], [2, 2], ComputeDevice.Parse(name));
    Console.WriteLine((x * 2 + x.T).Sum([0]));
}

// A backend of this program's own, out of what is public.
ComputeDevice.Register(new Shelf());
var shelf = ComputeDevice.Parse("shelf:0");
Console.WriteLine($"{shelf}: {Tensor.Of([[1.0, 2], [3, 4]]).T.Contiguous().To(shelf).To(DType.Float32).To(ComputeDevice.Cpu())}");
return correct > 300 ? 0 : 1;

sealed class Net(int inputs, int classes) : Module
{
    readonly Linear fc1 = new(inputs, 64), fc2 = new(64, classes);
    readonly Dropout dropout = new(0.1);

    protected override Tensor Forward(Tensor x) => fc2.Call(dropout.Call(fc1.Call(x).Relu()));
}

// Keeps tensors and computes nothing.
sealed class Shelf : Backend
{
    readonly ComputeDevice device;

    public Shelf() => device = new(
        this, 0, "a shelf", DeviceType.SoftwareGpu, new(1 << 30, 1 << 30, HasFloat64: true, "keeps"), "none");

    public override string Name => "shelf";
    public override IReadOnlyList<ComputeDevice> Devices => [device];
    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) => new Box(device, byteCount);

    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset) =>
        source.CopyTo(((Box)destination).Bytes.AsSpan((int)byteOffset));

    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination) =>
        ((Box)source).Bytes.AsSpan((int)byteOffset, destination.Length).CopyTo(destination);

    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) => false;
    public override void Synchronize(ComputeDevice device) { }
    protected override void Execute(in PointwiseLaunch launch) => throw new NotSupportedException(launch.Program.Name);
    protected override void Execute(in ReductionLaunch launch) => throw new NotSupportedException(launch.Program.Name);
    protected override void Execute(in StructuralLaunch launch) => throw new NotSupportedException(launch.Kernel.Name);

    sealed class Box(ComputeDevice device, long byteCount) : DeviceBuffer(device, byteCount)
    {
        public byte[] Bytes { get; } = new byte[byteCount];
        public override void Free() { }
    }
}
END
dotnet build -c Release -v q -nologo
dotnet bin/Release/net10.0/Program.dll | tee jit.txt

# The README's first program, without a display: it leaves pictures.
mkdir ../readme
cp nuget.config ../readme
awk '/^```/ { if (inside) exit; inside = /csharp/; next } inside' "$readme" > ../readme/Program.cs
sed '/PackageReference/d; s|</ItemGroup>|<PackageReference Include="KernelEngine.Viewer" Version="'$version'" /></ItemGroup>|' \
  Program.csproj > ../readme/Readme.csproj
(
  cd ../readme
  dotnet build -c Release -v q -nologo
  env -u DISPLAY -u WAYLAND_DISPLAY dotnet bin/Release/net10.0/Readme.dll
  [ -s viewer-pictures/overview.png ] || { echo "the README's program has left no pictures"; exit 1; }
)

if [ "${OS:-}" != Windows_NT ] && ! command -v clang > /dev/null && ! command -v gcc > /dev/null; then
  echo "NativeAOT is not checked: it needs clang or gcc to link"
  exit 0
fi
dotnet publish -c Release -v q -nologo --use-current-runtime -p:PublishAot=true -o native
ls -l native/Program* | awk '{ print "NativeAOT: " $5 " bytes, " $9 }'
./native/Program > native.txt
diff jit.txt native.txt && echo "NativeAOT prints the same"
