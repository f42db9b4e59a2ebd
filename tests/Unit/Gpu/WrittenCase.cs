using KernelEngine.Gpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// A program, the registers' bits of its inputs row by row, and its parameters: what a writer's kernel has to compute,
/// and whether it did.
/// </summary>
internal sealed record WrittenCase(PointwiseProgram Program, long[][] Rows, long[] Parameters)
{
    private static readonly double[] Reals =
    [
        0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 3, 7, -7, 1e-3, 0.1, -0.3, 1e9, -3e9, 2147483647, 2147483648,
        -2147483648, -2147483649, 4e18, 9.3e18, -1e19, 1e30, 3.4e38, 1e-40, -1e-45, 1e-38, 65504, 65520, 1e-7, 6e-8,
        5.9604644775390625e-8, 1e300, 1e-310, double.NaN, double.PositiveInfinity, double.NegativeInfinity,
    ];

    private static readonly long[] Whole =
    [
        0, 1, -1, 2, -2, 3, 5, 7, -7, 31, 32, 33, 63, 64, 65, -31, 100, 255, 256, -129, 40000, 65535, 1 << 24,
        (1 << 24) + 1, int.MaxValue, int.MinValue, int.MinValue + 1, (1L << 32) + 5, (1L << 40) + 1, (1L << 53) + 1,
        long.MaxValue, long.MinValue, long.MinValue + 1, -(1L << 33), 0x7FFFFF4000000001, 0x7FFFFFBFFFFFFFFF,
    ];

    /// <summary>Its buffers' dtypes.</summary>
    public DType[] DTypes => [.. Program.Inputs, .. Program.Outputs];

    /// <summary>Every primitive of a kind, of every pair of numbers worth trying.</summary>
    public static WrittenCase Primitives(ValueKind kind)
    {
        var values = Values(kind);
        var pairs = (from a in values from b in values select (a, b)).ToArray();
        return new(KernelPrograms.AllOf(kind),
            [.. pairs.Select((p, i) => new[] { p.a, p.b, values[i * 7 % values.Length] })], []);
    }

    /// <summary>Every conversion of a kind.</summary>
    public static WrittenCase Conversions(ValueKind kind) =>
        new(KernelPrograms.ConversionsOf(kind), [.. Values(kind).Select(v => new[] { v })], []);

    /// <summary>Every number of every narrow dtype, read and written; parameters, constants, tables.</summary>
    public static WrittenCase Memory()
    {
        var program = KernelPrograms.Memory();
        var rows = new long[65536][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] =
            [
                .. program.Inputs.Select(d =>
                {
                    var values = Values(d.Register);
                    return d.Size < 4 && d != DType.Bool
                        ? NaiveProgram.Load(i, d.Code)
                        : values[i * 31 % values.Length];
                }),
            ];

            // Every float32 that a narrower one could be made of.
            rows[i][program.Inputs.IndexOf(DType.Float32)] = (uint)(i << 16 | (i * 40503 & 0xFFFF));
        }

        return new(program, rows,
            [1, -5 & 0xFFFFFFFF, long.MinValue + 3, BitConverter.SingleToUInt32Bits(-0.3f),
            BitConverter.DoubleToInt64Bits(1e300 / 3)]);
    }

    /// <summary>A program made by chance.</summary>
    public static WrittenCase ByChance(int seed)
    {
        var random = new RandomPrograms(seed);
        var program = random.Next(40);
        return new(program,
            [.. Enumerable.Range(0, 500).Select(_ => program.Inputs.Select(d =>
                NaiveProgram.Load(NaiveProgram.Store(random.NextBits(d.Register), d.Code), d.Code)).ToArray())],
            [.. program.Parameters.Select(random.NextBits)]);
    }

    /// <summary>Has a writer write it, with groups of 64 threads.</summary>
    public KernelCode Write(KernelWriter writer) => KernelPrograms.Write(writer, Program, Program.Key);

    /// <summary>How many bytes a buffer has, behind a gap.</summary>
    public int Bytes(int buffer, int gap) => gap + (Rows.Length * DTypes[buffer].Size);

    /// <summary>The bytes of an input, behind a gap.</summary>
    public byte[] Input(int input, int gap)
    {
        var dtype = DTypes[input];
        var bytes = new byte[Bytes(input, gap)];
        for (var i = 0; i < Rows.Length; i++)
        {
            var bits = NaiveProgram.Store(Rows[i][input], dtype.Code);
            BitConverter.GetBytes(bits).AsSpan(0, dtype.Size).CopyTo(bytes.AsSpan(gap + (i * dtype.Size)));
        }

        return bytes;
    }

    /// <summary>The words of a launch.</summary>
    /// <param name="groups">How many groups.</param>
    /// <param name="buffers">The buffers' addresses, or offsets.</param>
    public uint[] Words(int groups, IEnumerable<long> buffers) =>
    [
        (uint)groups * 64, 0, (uint)groups, 1, .. buffers.SelectMany(Pair), (uint)Rows.Length,
        .. Parameters.SelectMany(Pair),
    ];

    /// <summary>Fails unless the outputs are as defined.</summary>
    /// <param name="found">The bytes of all buffers.</param>
    /// <param name="gap">Where they begin.</param>
    public void Check(byte[][] found, int gap)
    {
        for (var i = 0; i < Rows.Length; i++)
        {
            var expected = NaiveProgram.Run(Program, Rows[i], Parameters);
            for (var k = 0; k < expected.Length; k++)
            {
                var dtype = Program.Outputs[k];
                var bytes = new byte[8];
                found[Program.Inputs.Length + k].AsSpan(gap + (i * dtype.Size), dtype.Size).CopyTo(bytes);
                var bits = BitConverter.ToInt64(bytes);
                var wanted = NaiveProgram.Store(expected[k], dtype.Code);
                if (bits == wanted || (IsNaN(bits, dtype) && IsNaN(wanted, dtype)))
                    continue;
                Assert.Fail(
                    $"{Program.Name}, output {k} ({Program.Code[Program.Results[k]]}): " +
                    $"{bits:X}, not {wanted:X}, of {string.Join(", ", Rows[i].Select(v => v.ToString("X")))}");
            }
        }
    }

    private static uint[] Pair(long number) => [(uint)number, (uint)(number >> 32)];

    // Registers' bits.
    private static long[] Values(ValueKind kind) => kind switch
    {
        ValueKind.Bool => [0, 1],
        ValueKind.Int32 => [.. Whole.Select(v => (long)(uint)v).Distinct()],
        ValueKind.Int64 => Whole,
        ValueKind.Float32 => [.. Reals.Select(v => (long)BitConverter.SingleToUInt32Bits((float)v)).Distinct()],
        _ => [.. Reals.Select(BitConverter.DoubleToInt64Bits)],
    };

    private static bool IsNaN(long bits, DType dtype) => dtype.Code switch
    {
        DTypeCode.Float16 => Half.IsNaN(BitConverter.UInt16BitsToHalf((ushort)bits)),
        DTypeCode.BFloat16 => float.IsNaN(BFloat16.FromBits((ushort)bits)),
        DTypeCode.Float32 => float.IsNaN(BitConverter.Int32BitsToSingle((int)bits)),
        DTypeCode.Float64 => double.IsNaN(BitConverter.Int64BitsToDouble(bits)),
        _ => false,
    };
}
