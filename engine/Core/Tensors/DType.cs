using System.Collections.Frozen;

namespace KernelEngine;

/// <summary>The place of a <see cref="DType"/> in tables.</summary>
public enum DTypeCode : byte
{
    /// <summary>uint8.</summary>
    UInt8,
    /// <summary>int8.</summary>
    Int8,
    /// <summary>int16.</summary>
    Int16,
    /// <summary>int32.</summary>
    Int32,
    /// <summary>int64.</summary>
    Int64,
    /// <summary>float16.</summary>
    Float16,
    /// <summary>float32.</summary>
    Float32,
    /// <summary>float64.</summary>
    Float64,
    /// <summary>bool.</summary>
    Bool,
    /// <summary>bfloat16.</summary>
    BFloat16,
}

/// <summary>The kind of value that a register of a kernel holds; every dtype is computed in one of these.</summary>
public enum ValueKind : byte
{
    /// <summary>A truth value; how wide its lanes are is up to the backend.</summary>
    Bool,
    /// <summary>32-bit integer, also for the narrower ones.</summary>
    Int32,
    /// <summary>64-bit integer.</summary>
    Int64,
    /// <summary>float32, also for the narrower ones.</summary>
    Float32,
    /// <summary>float64.</summary>
    Float64,
}

/// <summary>
/// The element type of a tensor, as PyTorch's <c>torch.dtype</c>. There is one object for each, so that they compare
/// by reference.
/// </summary>
public sealed class DType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    public static readonly DType UInt8 = new(
        DTypeCode.UInt8, "uint8", 1, typeof(byte), ValueKind.Int32, 1, "Byte", "unsigned char",
        byte.MinValue, byte.MaxValue, byte.MaxValue);
    /// <summary>Signed 8-bit integer.</summary>
    public static readonly DType Int8 = new(
        DTypeCode.Int8, "int8", 1, typeof(sbyte), ValueKind.Int32, 1, "Char", "signed char",
        sbyte.MinValue, sbyte.MaxValue, sbyte.MaxValue);
    /// <summary>Signed 16-bit integer.</summary>
    public static readonly DType Int16 = new(
        DTypeCode.Int16, "int16", 2, typeof(short), ValueKind.Int32, 1, "Short", "short int",
        short.MinValue, short.MaxValue, short.MaxValue);
    /// <summary>Signed 32-bit integer.</summary>
    public static readonly DType Int32 = new(
        DTypeCode.Int32, "int32", 4, typeof(int), ValueKind.Int32, 1, "Int", "int",
        int.MinValue, int.MaxValue, int.MaxValue);
    /// <summary>Signed 64-bit integer, the default for whole numbers.</summary>
    public static readonly DType Int64 = new(
        DTypeCode.Int64, "int64", 8, typeof(long), ValueKind.Int64, 1, "Long", "long int",
        long.MinValue, long.MaxValue, long.MaxValue);
    /// <summary>IEEE half precision.</summary>
    public static readonly DType Float16 = new(
        DTypeCode.Float16, "float16", 2, typeof(Half), ValueKind.Float32, 2, "Half", "c10::Half",
        -65504.0, 65504.0, 1L << 11);
    /// <summary>IEEE single precision, the default for real numbers.</summary>
    public static readonly DType Float32 = new(
        DTypeCode.Float32, "float32", 4, typeof(float), ValueKind.Float32, 2, "Float", "float",
        float.MinValue, float.MaxValue, 1L << 24);
    /// <summary>IEEE double precision.</summary>
    public static readonly DType Float64 = new(
        DTypeCode.Float64, "float64", 8, typeof(double), ValueKind.Float64, 2, "Double", "double",
        double.MinValue, double.MaxValue, 1L << 53);
    /// <summary>Truth value, one byte, 0 or 1.</summary>
    public static readonly DType Bool = new(
        DTypeCode.Bool, "bool", 1, typeof(bool), ValueKind.Bool, 0, "Bool", "bool", false, true, 1);
    /// <summary>The upper half of a float32.</summary>
    public static readonly DType BFloat16 = new(
        DTypeCode.BFloat16, "bfloat16", 2, typeof(BFloat16), ValueKind.Float32, 2, "BFloat16", "c10::BFloat16",
        -3.3895313892515355e38, 3.3895313892515355e38, 1L << 8);

    private static readonly DType[] Table =
        [UInt8, Int8, Int16, Int32, Int64, Float16, Float32, Float64, Bool, BFloat16];

    private static readonly FrozenDictionary<string, DType> ByName = new Dictionary<string, DType>
    {
        ["half"] = Float16,
        ["float"] = Float32,
        ["double"] = Float64,
        ["long"] = Int64,
        ["int"] = Int32,
        ["short"] = Int16,
    }.Concat(Table.Select(d => KeyValuePair.Create(d.Name, d))).ToFrozenDictionary();

    private static readonly FrozenDictionary<Type, DType> ByClrType = Table.ToFrozenDictionary(d => d.ClrType);

    private static DType defaultFloat = Float32;

    private DType(
        DTypeCode code, string name, int size, Type clrType, ValueKind register, int category, string legacyName,
        string cName, Scalar minValue, Scalar maxValue, long maxExact)
    {
        (Code, Name, Size, ClrType, Register, Category) = (code, name, size, clrType, register, category);
        (LegacyName, CName, MinValue, MaxValue, MaxExact) = (legacyName, cName, minValue, maxValue, maxExact);
    }

    /// <summary>Every dtype.</summary>
    public static IReadOnlyList<DType> All => Table;

    /// <summary>The dtype of real numbers where none is named; float32 unless set, as
    /// <c>torch.set_default_dtype</c>.</summary>
    /// <exception cref="TensorTypeException">The value is not a floating-point dtype.</exception>
    public static DType Default
    {
        get => defaultFloat;
        set => defaultFloat = value.IsFloatingPoint
            ? value
            : throw new TensorTypeException("only floating-point types are supported as the default type");
    }

    /// <summary>The place in tables.</summary>
    public DTypeCode Code { get; }
    /// <summary>The name without prefix, such as <c>float32</c>.</summary>
    public string Name { get; }
    /// <summary>Bytes an element takes.</summary>
    public int Size { get; }
    /// <summary>The .NET type of an element.</summary>
    public Type ClrType { get; }
    /// <summary>The kind of register it is computed in.</summary>
    public ValueKind Register { get; }
    /// <summary>Whether it is one of the four floating-point dtypes.</summary>
    public bool IsFloatingPoint => Category == 2;
    /// <summary>Whether it is a whole number, bool not counted.</summary>
    public bool IsInteger => Category == 1;
    /// <summary>Whether it has negative values; false for uint8 and bool.</summary>
    public bool IsSigned => Category == 2 || (Category == 1 && Code != DTypeCode.UInt8);

    /// <summary>The name in error messages of PyTorch, as in <c>torch.FloatTensor</c>.</summary>
    public string LegacyName { get; }
    /// <summary>The smallest value that is not infinite. As <c>torch.iinfo(dtype).min</c>, <c>torch.finfo</c>'s.
    /// </summary>
    public Scalar MinValue { get; }
    /// <summary>The largest value that is not infinite. As <c>torch.iinfo(dtype).max</c>, <c>torch.finfo</c>'s.
    /// </summary>
    public Scalar MaxValue { get; }

    /// <summary>0 bool, 1 integer, 2 floating point: what dtype promotion compares first.</summary>
    internal int Category { get; }
    /// <summary>The name in those error messages of PyTorch that C++'s types get into.</summary>
    internal string CName { get; }
    /// <summary>The number up to which it holds all whole ones.</summary>
    internal long MaxExact { get; }

    /// <summary>The dtype at a place of the table.</summary>
    public static DType Of(DTypeCode code) => Table[(int)code];

    /// <summary>The dtype whose elements are <typeparamref name="T"/>.</summary>
    /// <exception cref="TensorTypeException">No dtype has this .NET type.</exception>
    public static DType Of<T>() where T : unmanaged =>
        typeof(T) == typeof(float) ? Float32 :
        typeof(T) == typeof(long) ? Int64 :
        typeof(T) == typeof(double) ? Float64 :
        ByClrType.TryGetValue(typeof(T), out var dtype)
            ? dtype
            : throw new TensorTypeException(
                $"no dtype has elements of type {typeof(T)}; these have: {string.Join(", ", ByClrType.Keys)}");

    /// <summary>Finds a dtype by name, with or without <c>torch.</c> before it.</summary>
    /// <exception cref="TensorTypeException">No dtype has this name.</exception>
    public static DType Parse(string name) =>
        ByName.TryGetValue(name.StartsWith("torch.", StringComparison.Ordinal) ? name[6..] : name, out var dtype)
            ? dtype
            : throw new TensorTypeException(
                $"'{name}' is not a dtype; these are: {string.Join(", ", Table.Select(d => d.Name))}");

    /// <summary>The dtype that holds the results of both, by PyTorch's promotion table.</summary>
    public static DType Promote(DType a, DType b)
    {
        if (ReferenceEquals(a, b))
            return a;
        if (a.Category != b.Category)
            return a.Category > b.Category ? a : b;
        if (a.Size != b.Size)
            return a.Size > b.Size ? a : b;

        // The same size: float16 with bfloat16 gives float32, uint8 with int8 gives int16.
        return a.IsFloatingPoint ? Float32 : Int16;
    }

    /// <summary>The dtype whose memory is as wide as a register.</summary>
    internal static DType OfRegister(ValueKind kind) => kind switch
    {
        ValueKind.Bool => Bool,
        ValueKind.Int32 => Int32,
        ValueKind.Int64 => Int64,
        ValueKind.Float32 => Float32,
        _ => Float64,
    };

    /// <inheritdoc/>
    public override string ToString() => "torch." + Name;
}
