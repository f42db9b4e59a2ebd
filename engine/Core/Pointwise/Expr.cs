namespace KernelEngine;

/// <summary>
/// A pointwise expression: a node over primitives, typed by the kind of register that holds its value. Immutable;
/// equal structures have equal <see cref="Key"/>s. Numbers in a formula (<c>1 + x</c>) take the kind of what they
/// meet, as Python's numbers do beside tensors.
/// </summary>
public sealed class Expr
{
    private static readonly Expr[] None = [];

    internal Expr(Primitive primitive, ValueKind kind, Expr[] arguments, long payload = 0, Array? table = null)
    {
        (Primitive, Kind, Arguments, Payload, Table) = (primitive, kind, arguments, payload, table);
        Key = ComputeKey();
    }

    private Expr(Scalar number)
    {
        Primitive = Primitive.Constant;
        Arguments = None;
        IsWeak = true;
        Number = number;
        Kind = number.IsReal ? ValueKind.Float64 : number.IsBool ? ValueKind.Bool : ValueKind.Int64;
        Payload = number.ToRegister(Kind);
        Key = ComputeKey();
    }

    /// <summary>What it computes.</summary>
    public Primitive Primitive { get; }

    /// <summary>The kind of its value.</summary>
    public ValueKind Kind { get; }

    /// <summary>What it computes it from.</summary>
    internal Expr[] Arguments { get; }

    /// <summary>The index of an input or parameter, the bits of a constant, the code of a dtype.</summary>
    internal long Payload { get; }

    /// <summary>The numbers of a table.</summary>
    internal Array? Table { get; }

    /// <summary>A hash of the whole structure, wide enough to stand for it.</summary>
    internal UInt128 Key { get; }

    /// <summary>Whether it is a number that still takes the kind of what it meets.</summary>
    internal bool IsWeak { get; }

    private Scalar Number { get; }

    /// <summary>A whole number.</summary>
    public static implicit operator Expr(int value) => new(value);
    /// <summary>A whole number.</summary>
    public static implicit operator Expr(long value) => new((Scalar)value);
    /// <summary>A real number.</summary>
    public static implicit operator Expr(double value) => new(value);
    /// <summary>A truth value.</summary>
    public static implicit operator Expr(bool value) => new((Scalar)value);

    /// <summary>The sum.</summary>
    public static Expr operator +(Expr a, Expr b) => Primitive.Add.Of(a, b);
    /// <summary>The difference.</summary>
    public static Expr operator -(Expr a, Expr b) => Primitive.Sub.Of(a, b);
    /// <summary>The product.</summary>
    public static Expr operator *(Expr a, Expr b) =>
        IsOne(a) ? b : IsOne(b) ? a : Primitive.Mul.Of(a, b);
    /// <summary>The quotient; whole numbers truncate towards zero.</summary>
    public static Expr operator /(Expr a, Expr b) => Primitive.Div.Of(a, b);
    /// <summary>The remainder with the sign of the dividend, as C's fmod.</summary>
    public static Expr operator %(Expr a, Expr b) => Primitive.Rem.Of(a, b);
    /// <summary>The negative.</summary>
    public static Expr operator -(Expr a) => a.IsWeak ? new Expr(-a.Number) : Primitive.Neg.Of(a);
    /// <summary>Both, bit by bit.</summary>
    public static Expr operator &(Expr a, Expr b) => Primitive.And.Of(a, b);
    /// <summary>Either, bit by bit.</summary>
    public static Expr operator |(Expr a, Expr b) => Primitive.Or.Of(a, b);
    /// <summary>One but not both, bit by bit.</summary>
    public static Expr operator ^(Expr a, Expr b) => Primitive.Xor.Of(a, b);
    /// <summary>The complement, bit by bit.</summary>
    public static Expr operator ~(Expr a) => Primitive.Not.Of(a);
    /// <summary>The complement of a truth value.</summary>
    public static Expr operator !(Expr a) => Primitive.Not.Of(a);
    /// <summary>Bits shifted left.</summary>
    public static Expr operator <<(Expr a, Expr b) => Primitive.Shl.Of(a, b);
    /// <summary>Bits shifted right, keeping the sign.</summary>
    public static Expr operator >>(Expr a, Expr b) => Primitive.Shr.Of(a, b);
    /// <summary>Bits shifted right, zeros from the left.</summary>
    public static Expr operator >>>(Expr a, Expr b) => Primitive.ShrLogical.Of(a, b);
    /// <summary>Whether less.</summary>
    public static Expr operator <(Expr a, Expr b) => Primitive.Lt.Of(a, b);
    /// <summary>Whether less or equal.</summary>
    public static Expr operator <=(Expr a, Expr b) => Primitive.Le.Of(a, b);
    /// <summary>Whether greater.</summary>
    public static Expr operator >(Expr a, Expr b) => Primitive.Lt.Of(b, a);
    /// <summary>Whether greater or equal.</summary>
    public static Expr operator >=(Expr a, Expr b) => Primitive.Le.Of(b, a);

    /// <summary>The value of an input.</summary>
    internal static Expr Input(int index, ValueKind kind) => new(Primitive.Input, kind, None, index);

    /// <summary>The value of a parameter, the same for all elements.</summary>
    internal static Expr Parameter(int index, ValueKind kind) => new(Primitive.Parameter, kind, None, index);

    /// <summary>A number of a fixed kind.</summary>
    internal static Expr Constant(Scalar value, ValueKind kind) =>
        new(Primitive.Constant, kind, None, value.ToRegister(kind));

    /// <summary>A number given by its bits.</summary>
    internal static Expr ConstantBits(long bits, ValueKind kind) => new(Primitive.Constant, kind, None, bits);

    /// <summary>This number in the kind of what it meets; anything else as it is.</summary>
    internal Expr As(ValueKind kind) => IsWeak ? Constant(Number, kind) : this;

    private static bool IsOne(Expr e) => e.IsWeak && e.Number.ToDouble() == 1 && !e.Number.IsBool;

    private UInt128 ComputeKey()
    {
        var hash = new StructureHash(Primitive.Id);
        hash.Add((ulong)Kind | (IsWeak ? 1UL << 8 : 0));
        hash.Add((ulong)Payload);
        foreach (var argument in Arguments)
            hash.Add(argument.Key);
        for (var i = 0; i < Table?.Length; i++)
        {
            hash.Add(Table switch
            {
                int[] table => (ulong)table[i],
                long[] table => (ulong)table[i],
                float[] table => BitConverter.SingleToUInt32Bits(table[i]),
                _ => BitConverter.DoubleToUInt64Bits(((double[])Table)[i]),
            });
        }

        return hash.Value;
    }
}
