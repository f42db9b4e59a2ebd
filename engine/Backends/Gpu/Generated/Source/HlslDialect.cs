using System.Globalization;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// HLSL for cs_5_0. Buffers are byte addresses; numbers narrower than a word are written by changing their bits of it
/// atomically.
/// </summary>
internal sealed class HlslDialect() : KernelDialect(KernelLanguage.Hlsl, "hlsl")
{
    /// <inheritdoc/>
    public override string Function => "";

    /// <inheritdoc/>
    public override string Precise => "precise ";

    // What it flattens it must unroll the loops in.
    /// <inheritdoc/>
    public override string Branch => "[branch] ";

    /// <inheritdoc/>
    public override string Loop => "[loop] ";

    /// <inheritdoc/>
    public override string Barrier => "GroupMemoryBarrierWithGroupSync();";

    /// <inheritdoc/>
    public override string Type(ValueKind kind) => kind == ValueKind.Int64 ? "uint2" : base.Type(kind);

    /// <inheritdoc/>
    public override string GlobalIndex(char axis, int threads) => $"(int)k_global.{axis}";

    /// <inheritdoc/>
    public override string GroupIndex(char axis) => $"(int)k_group.{axis}";

    /// <inheritdoc/>
    public override string LocalIndex(char axis) => $"(int)k_local.{axis}";

    /// <inheritdoc/>
    public override string Word(string place) => $"K_WORD({place})";

    /// <inheritdoc/>
    public override string FromWords(ValueKind kind, string low, string high) =>
        kind == ValueKind.Float64 ? $"asdouble({low}, {high})" : $"uint2({low}, {high})";

    /// <inheritdoc/>
    public override string Table(string variable, ValueKind kind, long[] numbers)
    {
        if (WordOf(kind) == ValueKind.Int32)
            return $"static const uint {variable}[] = {{ {List(numbers, isWide: false)} }};";
        var pairs = numbers.Select(n => Format($"uint2(0x{(uint)n:X}u, 0x{(uint)(n >> 32):X}u)"));
        return $"static const uint2 {variable}[] = {{ {string.Join(", ", pairs)} }};";
    }

    /// <inheritdoc/>
    public override string Lookup(string variable, ValueKind kind, string index) => kind switch
    {
        ValueKind.Int32 => $"(int){variable}[{index}]",
        ValueKind.Int64 => $"{variable}[{index}]",
        ValueKind.Float32 => $"asfloat({variable}[{index}])",
        _ => $"asdouble({variable}[{index}].x, {variable}[{index}].y)",
    };

    /// <inheritdoc/>
    public override string Shared(string type, string variable, int count) =>
        $"groupshared {type} {variable}[{count}];\n";

    /// <inheritdoc/>
    public override string DeclareBuffer(int buffer, string low, string high) => $"uint q{buffer} = {low};";

    /// <inheritdoc/>
    public override string DeclareSelected(int buffer, int bound, string low, string high) =>
        $"uint q{buffer} = {low}; uint n{buffer} = {high} >> 24;";

    /// <inheritdoc/>
    public override string Load(int buffer, bool isSelected, DType dtype, string index, Func<string, string> use)
    {
        var place = Place(buffer, dtype, index);
        string Read(string method, string address) =>
            isSelected ? $"K_{method}(n{buffer}, {address})" : $"b{buffer}.{method}({address})";
        string Bits(int mask) => $"((({Read("Load", $"({place}) & ~3u")}) >> ((({place}) & 3u) * 8u)) & {mask}u)";
        return dtype.Code switch
        {
            DTypeCode.UInt8 => $"(int){Bits(255)}",
            DTypeCode.Bool => $"{Bits(255)} != 0u",
            DTypeCode.Int8 => $"((int)({Bits(255)} << 24)) >> 24",
            DTypeCode.Int16 => $"((int)({Bits(65535)} << 16)) >> 16",
            DTypeCode.Float16 or DTypeCode.BFloat16 => $"{use("k_from_" + dtype.Name)}({Bits(65535)})",
            DTypeCode.Int32 => $"(int){Read("Load", place)}",
            DTypeCode.Float32 => $"asfloat({Read("Load", place)})",
            DTypeCode.Int64 => Read("Load2", place),
            _ => $"{use("k_bitcast_i64_f64")}({Read("Load2", place)})",
        };
    }

    /// <inheritdoc/>
    public override string Store(
        int buffer, bool isSelected, DType dtype, string index, string value, Func<string, string> use)
    {
        var place = Place(buffer, dtype, index);
        string Write(string method, string bits) =>
            isSelected ? $"K_{method}(n{buffer}, {place}, {bits});" : $"b{buffer}.{method}({place}, {bits});";
        string Change(int mask, string bits)
        {
            var read = isSelected ? $"K_Load(n{buffer}, k_a & ~3u)" : $"b{buffer}.Load(k_a & ~3u)";
            var change = $"(((({read}) >> k_s) ^ {bits}) & {mask}u) << k_s";
            return $"{{ uint k_a = {place}; uint k_s = (k_a & 3u) * 8u; " + (isSelected
                ? $"K_Xor(n{buffer}, k_a & ~3u, {change}); }}"
                : $"b{buffer}.InterlockedXor(k_a & ~3u, {change}); }}");
        }

        return dtype.Code switch
        {
            DTypeCode.Bool => Change(255, $"({value} ? 1u : 0u)"),
            DTypeCode.UInt8 or DTypeCode.Int8 => Change(255, $"(uint){value}"),
            DTypeCode.Int16 => Change(65535, $"(uint){value}"),
            DTypeCode.Float16 or DTypeCode.BFloat16 => Change(65535, $"{use("k_to_" + dtype.Name)}({value})"),
            DTypeCode.Int32 => Write("Store", $"(uint){value}"),
            DTypeCode.Float32 => Write("Store", $"asuint({value})"),
            DTypeCode.Int64 => Write("Store2", value),
            _ => Write("Store2", $"{use("k_bitcast_f64_i64")}({value})"),
        };
    }

    /// <inheritdoc/>
    public override string Assemble(KernelText kernel)
    {
        var (x, y, z) = kernel.Threads;
        var text = new StringBuilder(
            Format($"cbuffer k_launch : register(b0) {{ uint4 k_words[{GpuLimits.ParameterBytes / 16}]; }};\n") +
            "#define K_WORD(i) k_words[(i) >> 2][(i) & 3]\n");
        for (var i = 0; i < kernel.Buffers; i++)
            text.Append(CultureInfo.InvariantCulture, $"RWByteAddressBuffer b{i} : register(u{i});\n");
        if (kernel.SelectsBuffers)
        {
            Select(text, kernel.Buffers, "uint K_Load(uint n, uint a)", "return {0}.Load(a);", "return 0u;");
            Select(
                text, kernel.Buffers, "uint2 K_Load2(uint n, uint a)", "return {0}.Load2(a);", "return uint2(0u, 0u);");
            Select(text, kernel.Buffers, "void K_Store(uint n, uint a, uint v)", "{0}.Store(a, v); break;", "");
            Select(text, kernel.Buffers, "void K_Store2(uint n, uint a, uint2 v)", "{0}.Store2(a, v); break;", "");
            Select(text, kernel.Buffers, "void K_Xor(uint n, uint a, uint v)", "{0}.InterlockedXor(a, v); break;", "");
        }

        return text.Append(kernel.Shared).Append(kernel.Prelude)
            .Append(CultureInfo.InvariantCulture, $"[numthreads({x}, {y}, {z})]\n")
            .Append("void k_main(uint3 k_global : SV_DispatchThreadID, uint3 k_group : SV_GroupID, ")
            .Append("uint3 k_local : SV_GroupThreadID)\n{\n").Append(kernel.Body).Append("}\n").ToString();
    }

    /// <inheritdoc/>
    protected override string Wide(long value) => Format($"uint2(0x{(uint)value:X8}u, 0x{(uint)(value >> 32):X8}u)");

    /// <inheritdoc/>
    protected override string Single(int bits) => Decimal(bits) ?? Format($"asfloat(0x{bits:X8}u)");

    /// <inheritdoc/>
    protected override string Double(long bits) =>
        Format($"asdouble(0x{(uint)bits:X8}u, 0x{(uint)(bits >> 32):X8}u)");

    private static string Place(int buffer, DType dtype, string index) => $"q{buffer} + (uint){index} * {dtype.Size}u";

    private static void Select(StringBuilder text, int buffers, string head, string each, string end)
    {
        text.Append(head).Append(" { [branch] switch (n) {\n");
        for (var i = 0; i < buffers; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"case {i}: ")
                .AppendFormat(CultureInfo.InvariantCulture, each, "b" + i.ToString(CultureInfo.InvariantCulture))
                .Append('\n');
        }

        text.Append("default: break; } ").Append(end).Append(" }\n");
    }
}
