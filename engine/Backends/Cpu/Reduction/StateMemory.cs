using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Arrays of states: one array for each value of the state.</summary>
internal readonly unsafe struct StateMemory
{
    // Whole vectors may be read behind the last state.
    private const int Behind = 192;

    private readonly byte** values;
    private readonly ReductionCode code;

    /// <summary>Room for a number of states in memory that begins somewhere.</summary>
    public StateMemory(ReductionCode code, byte** values, byte* start, long count)
    {
        this.code = code;
        this.values = values;
        for (var i = 0; i < code.StateCount; i++)
        {
            values[i] = start;
            start += BytesOf(code, i, count);
        }
    }

    /// <summary>Bytes that a number of states take.</summary>
    public static long BytesOf(ReductionCode code, long count)
    {
        var bytes = 0L;
        for (var i = 0; i < code.StateCount; i++)
            bytes += BytesOf(code, i, count);
        return bytes;
    }

    /// <summary>Room for a number of states.</summary>
    public static StateMemory Take(ReductionCode code, Workspace workspace, long count) => new(
        code, (byte**)workspace.Take(code.StateCount * sizeof(byte*)),
        workspace.Take((nint)BytesOf(code, count)), count);

    private static long BytesOf(ReductionCode code, int value, long count) =>
        ((count * code.WidthOf(value)) + Behind) & ~63;

    /// <summary>The address of one value of a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* At(int value, long place) => values[value] + (place * code.WidthOf(value));

    /// <summary>Sets states to the identity.</summary>
    public void Clear(long count)
    {
        for (var i = 0; i < code.StateCount; i++)
        {
            for (var done = 0L; done < count; done += 1 << 20)
                code.Identity[i].Fill(At(i, done), default, (int)Math.Min(1 << 20, count - done));
        }
    }

    /// <summary>Copies states.</summary>
    public void CopyTo(StateMemory target, long from, long to, long count)
    {
        for (var i = 0; i < code.StateCount; i++)
        {
            var bytes = count * code.WidthOf(i);
            Buffer.MemoryCopy(At(i, from), target.At(i, to), bytes, bytes);
        }
    }
}
