using System.Globalization;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>OpenCL C 1.2. Buffers and parameters are arguments of the kernel.</summary>
internal sealed class OpenClDialect() : PointerDialect(KernelLanguage.OpenCl, "opencl")
{
    /// <inheritdoc/>
    public override string Function => "static inline";

    /// <inheritdoc/>
    public override string Barrier => "barrier(CLK_LOCAL_MEM_FENCE);";

    /// <inheritdoc/>
    protected override string SignedByte => "char";

    /// <inheritdoc/>
    public override string GlobalIndex(char axis, int threads) => $"(int)get_global_id({axis - 'x'})";

    /// <inheritdoc/>
    public override string GroupIndex(char axis) => $"(int)get_group_id({axis - 'x'})";

    /// <inheritdoc/>
    public override string LocalIndex(char axis) => $"(int)get_local_id({axis - 'x'})";

    /// <inheritdoc/>
    public override string Shared(string type, string variable, int count) =>
        $"    __local {type} {variable}[{count}];\n";

    /// <inheritdoc/>
    public override string DeclareBuffer(int buffer, string low, string high) =>
        $"__global uchar* q{buffer} = b{buffer} + ({Wide(low, high)});";

    /// <inheritdoc/>
    public override string DeclareSelected(int buffer, int bound, string low, string high)
    {
        var text = new StringBuilder($"__global uchar* q{buffer} = ");
        for (var i = 0; i < bound - 1; i++)
            text.Append(CultureInfo.InvariantCulture, $"({high} >> 24) == {i}u ? b{i} : ");
        return text.Append(CultureInfo.InvariantCulture,
            $"b{bound - 1}; q{buffer} += {Wide(low, $"({high} & 0xFFFFFFu)")};").ToString();
    }

    /// <inheritdoc/>
    public override string Assemble(KernelText kernel)
    {
        var (x, y, z) = kernel.Threads;
        var text = new StringBuilder(kernel.Prelude);
        text.Append(CultureInfo.InvariantCulture,
            $"__kernel __attribute__((reqd_work_group_size({x}, {y}, {z})))\nvoid k_main(");
        for (var i = 0; i < kernel.Buffers; i++)
            text.Append(CultureInfo.InvariantCulture, $"__global uchar* b{i}, ");
        return text.Append("__global const uint* params, uint first)\n{\n").Append(kernel.Shared)
            .Append("    __global const uint* p = params + first;\n").Append(kernel.Body).Append("}\n").ToString();
    }

    /// <inheritdoc/>
    protected override string Pointer(string type) => $"__global {type}*";

    /// <inheritdoc/>
    protected override string TableHead(string type) => $"__constant {type}";

    /// <inheritdoc/>
    protected override string Wide(long value) => Format($"((long)0x{value:X}UL)");

    // Compiled so that literals are float32.
    /// <inheritdoc/>
    protected override string Double(long bits) => Format($"as_double(0x{bits:X}UL)");
}
