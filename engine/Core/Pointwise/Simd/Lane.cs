namespace KernelEngine;

/// <summary>
/// What a lane of a vector holds. A truth value is a mask of the width of what it was compared from or chooses among.
/// </summary>
internal enum Lane : byte
{
    Int32,
    Int64,
    Float32,
    Float64,
    Mask32,
    Mask64,
}

/// <summary>What lanes are made of.</summary>
internal static class Lanes
{
    public static int SizeOf(Lane lane) => lane is Lane.Int64 or Lane.Float64 or Lane.Mask64 ? 8 : 4;

    public static bool IsMask(Lane lane) => lane >= Lane.Mask32;

    /// <summary>The .NET type of an element.</summary>
    public static Type TypeOf(Lane lane) => lane switch
    {
        Lane.Float32 => typeof(float),
        Lane.Float64 => typeof(double),
        Lane.Int64 or Lane.Mask64 => typeof(long),
        _ => typeof(int),
    };

    /// <summary>The lane of a register; for a truth value the mask of a width.</summary>
    public static Lane Of(ValueKind kind, int maskSize) => kind switch
    {
        ValueKind.Int32 => Lane.Int32,
        ValueKind.Int64 => Lane.Int64,
        ValueKind.Float32 => Lane.Float32,
        ValueKind.Float64 => Lane.Float64,
        _ => maskSize == 8 ? Lane.Mask64 : Lane.Mask32,
    };
}
