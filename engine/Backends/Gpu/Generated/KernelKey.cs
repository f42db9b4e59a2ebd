namespace KernelEngine.Gpu;

/// <summary>A number that tells a generated kernel from all others, the same in every process.</summary>
internal readonly struct KernelKey
{
    private KernelKey(UInt128 value) => Value = value;

    /// <summary>Begins with a name.</summary>
    public KernelKey(string name) => Value = new KernelKey(Begin).Add(name).Value;

    /// <summary>The number.</summary>
    public UInt128 Value { get; }

    // FNV-1a of 128 bits.
    private static UInt128 Begin => new(0x6C62272E07BB0142, 0x62B821756295C58D);

    private static UInt128 Prime => new(0x0000000001000000, 0x000000000000013B);

    /// <summary>With further numbers.</summary>
    public KernelKey Add(params ReadOnlySpan<long> numbers)
    {
        var value = Value;
        foreach (var number in numbers)
        {
            value = (value ^ (uint)number) * Prime;
            value = (value ^ (uint)(number >> 32)) * Prime;
        }

        return new(value);
    }

    /// <summary>With a program.</summary>
    public KernelKey Add(PointwiseProgram program)
    {
        var key = Add(program.Inputs.Length, program.Parameters.Length, program.Outputs.Length, program.Code.Length);
        foreach (var dtype in program.Inputs)
            key = key.Add((long)dtype.Code);
        foreach (var kind in program.Parameters)
            key = key.Add((long)kind);
        foreach (var dtype in program.Outputs)
            key = key.Add((long)dtype.Code);
        foreach (var result in program.Results)
            key = key.Add(result);
        foreach (var step in program.Code)
        {
            key = key.Add(step.Primitive.Name).Add((long)step.Kind, step.A, step.B, step.C, step.Payload);
            if (step.Table is { } table)
            {
                key = key.Add(table.Length);
                foreach (var number in table)
                {
                    key = key.Add(number switch
                    {
                        float f => BitConverter.SingleToInt32Bits(f),
                        double d => BitConverter.DoubleToInt64Bits(d),
                        _ => Convert.ToInt64(number, null),
                    });
                }
            }
        }

        return key;
    }

    private KernelKey Add(string text)
    {
        var key = Add(text.Length);
        foreach (var letter in text)
            key = key.Add(letter);
        return key;
    }
}
