using System.Globalization;

namespace KernelEngine.Gpu;

/// <content>Buffers, shared memory, tables.</content>
internal sealed partial class PtxWriter
{
    private readonly List<string> listed = []; // addresses of buffers that are members of lists
    private readonly Dictionary<Array, string> tables = new(ReferenceEqualityComparer.Instance); // their addresses
    private int arrays;

    /// <inheritdoc/>
    public override int BufferAt(Value word)
    {
        var low = Of(ParameterAt(word));
        var high = Of(ParameterAt(Apply(
            Primitive.Add, ValueKind.Int32, [word, Constant(1, ValueKind.Int32)])));
        listed.Add(Do("mov.b64", ValueKind.Int64, $"{{{low}, {high}}}"));
        return buffers + listed.Count - 1;
    }

    /// <inheritdoc/>
    public override Value Load(int buffer, DType dtype, Value index)
    {
        var place = Place(buffer, dtype, index);
        return Named(dtype.Code switch
        {
            DTypeCode.UInt8 => Word("u8"),
            DTypeCode.Int8 => Word("s8"),
            DTypeCode.Int16 => Word("s16"),
            DTypeCode.Bool => Compare("ne", ValueKind.Int32, Word("u8"), "0"),
            DTypeCode.Float16 => FromHalf(HalfWord()),
            DTypeCode.BFloat16 => FromBFloat16(Word("u16")),
            _ => Do("ld.global." + TypeOf(dtype.Register), dtype.Register, place),
        }, dtype.Register);

        string Word(string type) => Do("ld.global." + type, ValueKind.Int32, place);

        string HalfWord()
        {
            var half = text.Half();
            text.Add("ld.global.b16", $"{half}, {place}");
            return half;
        }
    }

    /// <inheritdoc/>
    public override void Store(int buffer, DType dtype, Value index, Value value)
    {
        var a = Of(value);
        var (type, stored) = dtype.Code switch
        {
            DTypeCode.UInt8 or DTypeCode.Int8 => ("u8", InRegister(a)),
            DTypeCode.Int16 => ("u16", InRegister(a)),
            DTypeCode.Bool => ("u8", Select(ValueKind.Int32, a, "1", "0")),
            DTypeCode.Float16 => ("b16", ToHalf(a)),
            DTypeCode.BFloat16 => ("u16", ToBFloat16(a)),
            _ => (TypeOf(dtype.Register), InRegister(a)),
        };
        text.Add("st.global." + type, $"{Place(buffer, dtype, index)}, {stored}");

        string InRegister(string operand) =>
            operand[0] == '%' ? operand : Do("mov." + TypeOf(dtype.Register), dtype.Register, operand);
    }

    /// <inheritdoc/>
    public override SharedArray DeclareShared(ValueKind kind, int count)
    {
        if (kind == ValueKind.Bool)
            throw new ArgumentException("shared memory holds numbers", nameof(kind));
        var array = new SharedArray(arrays++, kind, count);
        text.DeclareShared(Of(array), count * Size(kind));
        return array;
    }

    /// <inheritdoc/>
    public override Value LoadShared(SharedArray array, Value index) => Named(
        Do("ld.shared." + TypeOf(array.Kind), array.Kind, Place(array, index)), array.Kind);

    /// <inheritdoc/>
    public override void StoreShared(SharedArray array, Value index, Value value)
    {
        var a = Of(value);
        if (a[0] != '%')
            a = Do("mov." + TypeOf(array.Kind), array.Kind, a);
        text.Add("st.shared." + TypeOf(array.Kind), $"{Place(array, index)}, {a}");
    }

    private static int Size(ValueKind kind) => kind is ValueKind.Int64 or ValueKind.Float64 ? 8 : 4;

    private static string Of(SharedArray array) => "shared" + Int(array.Id);

    private string Place(SharedArray array, Value index)
    {
        var first = Do("mov.u32", ValueKind.Int32, Of(array));
        return $"[{Do("mad.lo.s32", ValueKind.Int32, Of(index), Int(Size(array.Kind)), first)}]";
    }

    // As an address is written, without its brackets.
    private string Place(string first, string index, int size) => long.TryParse(index, out var number)
        ? $"{first}+{Int((int)number * size)}"
        : Do("mad.wide.s32", ValueKind.Int64, index, Int(size), first);

    // Where an element lies.
    private string Place(int buffer, DType dtype, Value index)
    {
        var address = buffer < buffers
            ? Of(Parameter(ParameterLayout.Buffers + (2 * buffer), ValueKind.Int64))
            : listed[buffer - buffers];
        return $"[{Place(address, Of(index), dtype.Size)}]";
    }

    private string LookUp(Array table, ValueKind kind, string index)
    {
        if (!tables.TryGetValue(table, out var first))
        {
            var variable = "table" + Int(tables.Count);
            text.DeclareTable(variable, Size(kind) == 8, table switch
            {
                int[] numbers => numbers.Select(n => Word((uint)n)),
                long[] numbers => numbers.Select(n => Word((ulong)n)),
                float[] numbers => numbers.Select(n => Word(BitConverter.SingleToUInt32Bits(n))),
                _ => ((double[])table).Select(n => Word(BitConverter.DoubleToUInt64Bits(n))),
            });
            first = text.AtBeginning(() => Do("mov.u64", ValueKind.Int64, variable));
            tables.Add(table, first);
        }

        return Do("ld.global.nc." + TypeOf(kind), kind, $"[{Place(first, index, Size(kind))}]");
    }

    private static string Word(ulong bits) => string.Create(CultureInfo.InvariantCulture, $"0x{bits:X}");
}
