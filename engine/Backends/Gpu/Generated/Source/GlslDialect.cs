namespace KernelEngine.Gpu;

/// <summary>GLSL with 64-bit whole numbers; functions only, as Vulkan's generated kernels are SPIR-V.</summary>
internal sealed class GlslDialect() : Dialect("glsl")
{
    /// <inheritdoc/>
    public override string Function => "";

    /// <inheritdoc/>
    public override string Precise => "precise ";

    /// <inheritdoc/>
    public override string Type(ValueKind kind) => kind == ValueKind.Int64 ? "int64_t" : base.Type(kind);

    /// <inheritdoc/>
    public override string Unsigned(ValueKind kind) => kind == ValueKind.Int64 ? "uint64_t" : "uint";

    /// <inheritdoc/>
    public override string Table(string variable, ValueKind kind, long[] numbers)
    {
        // 64-bit numbers as pairs of words.
        if (WordOf(kind) == ValueKind.Int32)
            return $"const uint {variable}[] = {{ {List(numbers, isWide: false)} }};";
        var pairs = numbers.Select(n => Format($"uvec2(0x{(uint)n:X}u, 0x{(uint)(n >> 32):X}u)"));
        return $"const uvec2 {variable}[] = {{ {string.Join(", ", pairs)} }};";
    }

    /// <inheritdoc/>
    public override string Lookup(string variable, ValueKind kind, string index) => kind switch
    {
        ValueKind.Int32 => $"int({variable}[{index}])",
        ValueKind.Int64 => $"packInt2x32(ivec2({variable}[{index}]))",
        ValueKind.Float32 => $"uintBitsToFloat({variable}[{index}])",
        _ => $"packDouble2x32({variable}[{index}])",
    };

    /// <inheritdoc/>
    protected override string Wide(long value) => Format($"int64_t(0x{value:X}UL)");

    /// <inheritdoc/>
    protected override string Single(int bits) => Decimal(bits) ?? Format($"uintBitsToFloat(0x{bits:X8}u)");

    /// <inheritdoc/>
    protected override string Double(long bits) =>
        Format($"packDouble2x32(uvec2(0x{(uint)bits:X8}u, 0x{(uint)(bits >> 32):X8}u))");
}
