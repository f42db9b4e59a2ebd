namespace KernelEngine.Gpu;

/// <summary>Instructions one behind the other.</summary>
internal sealed class SpirvWords(int capacity)
{
    private uint[] words = new uint[capacity];

    /// <summary>How many words there are.</summary>
    public int Count { get; private set; }

    /// <summary>The words.</summary>
    public ReadOnlySpan<uint> Span => words.AsSpan(0, Count);

    /// <summary>Adds an instruction.</summary>
    public void Add(SpirvOp op, params ReadOnlySpan<uint> operands)
    {
        var length = operands.Length + 1;
        var target = Reserve(length);
        target[0] = ((uint)length << 16) | (uint)op;
        operands.CopyTo(target[1..]);
    }

    /// <summary>Adds an instruction that has a type and a result.</summary>
    public void AddResult(SpirvOp op, uint type, uint result, params ReadOnlySpan<uint> operands)
    {
        var length = operands.Length + 3;
        var target = Reserve(length);
        target[0] = ((uint)length << 16) | (uint)op;
        target[1] = type;
        target[2] = result;
        operands.CopyTo(target[3..]);
    }

    private Span<uint> Reserve(int length)
    {
        if (Count + length > words.Length)
            Array.Resize(ref words, Math.Max(words.Length * 2, Count + length));
        Count += length;
        return words.AsSpan(Count - length, length);
    }
}
