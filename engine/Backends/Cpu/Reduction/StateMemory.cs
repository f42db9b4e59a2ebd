using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Arrays of states: one array for each value of the state, in its dtype.</summary>
internal readonly unsafe struct StateMemory
{
    private readonly byte** values;
    private readonly ReductionProgram program;

    private StateMemory(ReductionProgram program, byte** values)
    {
        this.program = program;
        this.values = values;
    }

    /// <summary>Room for a number of states.</summary>
    public static StateMemory Take(ReductionProgram program, Workspace workspace, long count)
    {
        var values = (byte**)workspace.Take(program.State.Length * sizeof(byte*));
        for (var i = 0; i < program.State.Length; i++)
            values[i] = workspace.Take((nint)count * program.State[i].Size);
        return new(program, values);
    }

    /// <summary>The address of one value of a state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint At(int value, long place) => (nint)(values[value] + (place * program.State[value].Size));

    /// <summary>Sets states to the identity.</summary>
    public void Clear(long count)
    {
        for (var i = 0; i < program.State.Length; i++)
        {
            var dtype = program.State[i];
            var bits = program.Identity[i].ToRegister(dtype.Register);
            for (var done = 0L; done < count; done += 1 << 20)
            {
                var n = (int)Math.Min(1 << 20, count - done);
                var target = values[i] + (done * dtype.Size);
                switch (dtype.Size)
                {
                    case 1: new Span<byte>(target, n).Fill((byte)bits); break;
                    case 4: new Span<int>(target, n).Fill((int)bits); break;
                    case 8: new Span<long>(target, n).Fill(bits); break;
                    default: throw new TensorNotImplementedException($"{program}: a state in {dtype} on cpu");
                }
            }
        }
    }

    /// <summary>Copies states.</summary>
    public void CopyTo(StateMemory target, long from, long to, long count)
    {
        for (var i = 0; i < program.State.Length; i++)
        {
            var bytes = count * program.State[i].Size;
            Buffer.MemoryCopy((void*)At(i, from), (void*)target.At(i, to), bytes, bytes);
        }
    }
}
