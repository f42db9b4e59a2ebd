namespace KernelEngine.Gpu;

/// <summary>What a number of a kernel's text is.</summary>
internal enum ScalarType
{
    /// <summary>A truth value.</summary>
    Bool,
    /// <summary>32 bits with a sign.</summary>
    Int,
    /// <summary>32 bits without a sign; a register of int32.</summary>
    UInt,
    /// <summary>64 bits with a sign, which only elements of int64 are.</summary>
    Long,
    /// <summary>float32.</summary>
    Float,
    /// <summary>float64.</summary>
    Double,
}

/// <summary>The type of a value: one number, or up to four.</summary>
internal readonly record struct KernelType(ScalarType Scalar, int Width = 1)
{
    private static readonly string[] Names = ["bool", "int", "uint", "a 64-bit integer", "float", "double"];

    /// <summary>The kind of register that each of its numbers lies in.</summary>
    public ValueKind Kind => Scalar switch
    {
        ScalarType.Bool => ValueKind.Bool,
        ScalarType.Long => ValueKind.Int64,
        ScalarType.Float => ValueKind.Float32,
        ScalarType.Double => ValueKind.Float64,
        _ => ValueKind.Int32,
    };

    /// <summary>The type of a name; null where it is none.</summary>
    public static KernelType? Parse(string name) => name switch
    {
        "bool" => new(ScalarType.Bool),
        "double" => new(ScalarType.Double),
        "int" or "int2" or "int3" or "int4" => new(ScalarType.Int, WidthOf(name)),
        "uint" or "uint2" or "uint3" or "uint4" => new(ScalarType.UInt, WidthOf(name)),
        "float" or "float2" or "float3" or "float4" => new(ScalarType.Float, WidthOf(name)),

        // What the variant of a library's kernel decides: one float here.
        "C" or "VEC" => new(ScalarType.Float),
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Names[(int)Scalar] + (Width > 1 ? $"{Width}" : "");

    private static int WidthOf(string name) => char.IsAsciiDigit(name[^1]) ? name[^1] - '0' : 1;
}

/// <summary>Something that has a value.</summary>
internal abstract record KernelExpression(int Line);

/// <summary>A number as it is written.</summary>
internal sealed record NumberExpression(int Line, ScalarType Type, double Number) : KernelExpression(Line);

/// <summary>A name.</summary>
internal sealed record NameExpression(int Line, string Name) : KernelExpression(Line);

/// <summary><c>of.member</c></summary>
internal sealed record MemberExpression(int Line, KernelExpression Of, string Member) : KernelExpression(Line);

/// <summary><c>of[index]</c></summary>
internal sealed record IndexExpression(int Line, string Of, KernelExpression Index) : KernelExpression(Line);

/// <summary><c>name(arguments)</c></summary>
internal sealed record CallExpression(int Line, string Name, KernelExpression[] Arguments) : KernelExpression(Line);

/// <summary>An operator before its operand.</summary>
internal sealed record UnaryExpression(int Line, string Operator, KernelExpression Operand) : KernelExpression(Line);

/// <summary>An operator between two operands.</summary>
internal sealed record BinaryExpression(int Line, string Operator, KernelExpression Left, KernelExpression Right)
    : KernelExpression(Line);

/// <summary><c>condition ? then : otherwise</c></summary>
internal sealed record ChoiceExpression(
    int Line, KernelExpression Condition, KernelExpression Then, KernelExpression Otherwise) : KernelExpression(Line);

/// <summary>An assignment; with the operator that is applied to the old value first, if any.</summary>
internal sealed record AssignExpression(
    int Line, KernelExpression Target, string? Operator, KernelExpression Value, bool GivesOld = false)
    : KernelExpression(Line);

/// <summary>Something that is done.</summary>
internal abstract record KernelStatement(int Line);

/// <summary>Statements with names of their own.</summary>
internal sealed record BlockStatement(int Line, KernelStatement[] Statements) : KernelStatement(Line);

/// <summary>Several declarations in one.</summary>
internal sealed record DeclarationsStatement(int Line, DeclarationStatement[] Declarations) : KernelStatement(Line);

/// <summary>A variable, or an array of so many.</summary>
internal sealed record DeclarationStatement(
    int Line, KernelType Type, string Name, KernelExpression? Count, KernelExpression? Initial) : KernelStatement(Line);

/// <summary>An expression for what it does.</summary>
internal sealed record ExpressionStatement(int Line, KernelExpression Expression) : KernelStatement(Line);

/// <summary><c>if</c></summary>
internal sealed record IfStatement(
    int Line, KernelExpression Condition, KernelStatement Then, KernelStatement? Otherwise) : KernelStatement(Line);

/// <summary>A loop: <c>for</c>, <c>while</c>, <c>do</c>.</summary>
internal sealed record LoopStatement(
    int Line, KernelStatement? First, KernelExpression? Condition, KernelExpression? Next, KernelStatement Body,
    bool IsTestedLast = false) : KernelStatement(Line);

/// <summary><c>break</c>, <c>continue</c>, <c>return</c></summary>
internal sealed record JumpStatement(int Line, string Word) : KernelStatement(Line);
