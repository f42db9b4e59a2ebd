namespace KernelEngine.SoftwareCuda;

/// <summary>How an instruction takes the bits of an operand.</summary>
internal enum PtxClass : byte
{
    /// <summary>A truth value.</summary>
    Predicate,
    /// <summary>Bits of any meaning.</summary>
    Bits,
    /// <summary>A whole number without sign.</summary>
    Unsigned,
    /// <summary>A whole number.</summary>
    Signed,
    /// <summary>A real number.</summary>
    Real,
}

/// <summary>A type of PTX.</summary>
/// <param name="Class">How bits are taken.</param>
/// <param name="Size">How many bytes; 0 of predicates.</param>
internal readonly record struct PtxType(PtxClass Class, int Size)
{
    /// <summary>Whether its registers hold a sign above its bits.</summary>
    public bool IsSigned => Class == PtxClass.Signed;

    /// <summary>Reads a name such as <c>f32</c>.</summary>
    public static PtxType? Parse(string name) => name switch
    {
        "pred" => new(PtxClass.Predicate, 0),
        "b8" => new(PtxClass.Bits, 1),
        "b16" => new(PtxClass.Bits, 2),
        "b32" => new(PtxClass.Bits, 4),
        "b64" => new(PtxClass.Bits, 8),
        "u8" => new(PtxClass.Unsigned, 1),
        "u16" => new(PtxClass.Unsigned, 2),
        "u32" => new(PtxClass.Unsigned, 4),
        "u64" => new(PtxClass.Unsigned, 8),
        "s8" => new(PtxClass.Signed, 1),
        "s16" => new(PtxClass.Signed, 2),
        "s32" => new(PtxClass.Signed, 4),
        "s64" => new(PtxClass.Signed, 8),
        "f16" => new(PtxClass.Real, 2),
        "f32" => new(PtxClass.Real, 4),
        "f64" => new(PtxClass.Real, 8),
        _ => null,
    };

    /// <summary>Whether a register of a type may be an operand of this one, as PTX ISA 9.4.1 has it.</summary>
    /// <param name="register">The register's type.</param>
    /// <param name="mayBeWider">Whether the instruction lets a register be wider: ld, st, cvt.</param>
    public bool Takes(PtxType register, bool mayBeWider = false)
    {
        if (Class == PtxClass.Predicate || register.Class == PtxClass.Predicate)
            return Class == register.Class;
        if (Size != register.Size && !(mayBeWider && register.Size > Size && register.Class != PtxClass.Real))
            return false;
        if (Class == PtxClass.Bits || register.Class == PtxClass.Bits)
            return true;
        return (Class == PtxClass.Real) == (register.Class == PtxClass.Real);
    }
}
