using System.Globalization;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>CUDA C, for NVRTC or clang. Buffers are addresses among the parameters.</summary>
internal sealed class CudaDialect() : PointerDialect(KernelLanguage.Ptx, "cuda")
{
    /// <summary>What comes before all other text.</summary>
    public const string LanguageText = "dialects/cuda.language";

    /// <inheritdoc/>
    public override string Function => "static __device__ inline";

    /// <inheritdoc/>
    public override string Barrier => "__syncthreads();";

    /// <inheritdoc/>
    protected override string SignedByte => "signed char";

    /// <inheritdoc/>
    public override string Type(ValueKind kind) => kind == ValueKind.Int64 ? "k_long" : base.Type(kind);

    /// <inheritdoc/>
    public override string Unsigned(ValueKind kind) => kind == ValueKind.Int64 ? "k_ulong" : base.Unsigned(kind);

    /// <inheritdoc/>
    public override string GlobalIndex(char axis, int threads) => $"K_GROUP({axis}) * {threads} + K_LOCAL({axis})";

    /// <inheritdoc/>
    public override string GroupIndex(char axis) => $"K_GROUP({axis})";

    /// <inheritdoc/>
    public override string LocalIndex(char axis) => $"K_LOCAL({axis})";

    /// <inheritdoc/>
    public override string Shared(string type, string variable, int count) =>
        $"    __shared__ {type} {variable}[{count}];\n";

    /// <inheritdoc/>
    public override string DeclareBuffer(int buffer, string low, string high) =>
        $"uchar* q{buffer} = (uchar*)({Wide(low, high)});";

    /// <inheritdoc/>
    public override string DeclareSelected(int buffer, int bound, string low, string high) =>
        DeclareBuffer(buffer, low, high);

    /// <inheritdoc/>
    public override string Assemble(KernelText kernel)
    {
        var (x, y, z) = kernel.Threads;
        return new StringBuilder(ShaderTexts.Read(LanguageText)).Append(kernel.Prelude)
            .Append(CultureInfo.InvariantCulture, $"extern \"C\" __global__ void __launch_bounds__({x * y * z})\n")
            .Append("k_main(const uint* __restrict__ p)\n{\n").Append(kernel.Shared)
            .Append(kernel.Body).Append("}\n").ToString();
    }

    /// <inheritdoc/>
    protected override string Pointer(string type) => $"{type}*";

    /// <inheritdoc/>
    protected override string TableHead(string type) => $"static __device__ const {type}";

    /// <inheritdoc/>
    protected override string Wide(long value) => Format($"((k_long)0x{value:X}ULL)");

    /// <inheritdoc/>
    protected override string Double(long bits) => Format($"as_double((k_ulong)0x{bits:X}ULL)");
}
