namespace KernelEngine.SoftwareCuda;

/// <summary>What matrix units do: a warp reads matrices of 8 rows of 16 bytes, and multiplies 16 rows by 8 columns (PTX
/// ISA, ldmatrix, mma.m16n8k16 and mma.m16n8k8).</summary>
internal static unsafe class PtxMatrix
{
    private const int Rows = 16;
    private const int Columns = 8;
    private const int Words = 8; // along the depth

    /// <summary>Rounds to the nearest number of 11 digits, ties away from 0.</summary>
    public static void ToTf32(ulong* r, PtxInstruction i)
    {
        var bits = (uint)r[i.A];
        r[i.D] = (bits & 0x7F800000) == 0x7F800000 ? bits : (bits + 0x1000) & 0xFFFFE000;
    }

    /// <summary>Reads a multiplication.</summary>
    public static void Read(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, List<string> operands)
    {
        Func<uint, float[]>? part = operation switch
        {
            "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32" => w =>
                [(float)BitConverter.UInt16BitsToHalf((ushort)w), (float)BitConverter.UInt16BitsToHalf((ushort)(w >> 16))],
            "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32" => w =>
                [BitConverter.UInt32BitsToSingle(w << 16), BitConverter.UInt32BitsToSingle(w & 0xFFFF0000)],
            "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32" => w =>
                [BitConverter.UInt32BitsToSingle(w & 0xFFFFE000)],
            _ => null,
        };
        var vectors = operands.Select(PtxInstructionReader.Elements).ToArray();
        if (part is null || vectors is not [{ Length: 4 }, { Length: 4 }, { Length: 2 }, { Length: 4 }])
            throw new PtxException($"not known: {instruction.Text}");
        var (real, bits) = (new PtxType(PtxClass.Real, 4), new PtxType(PtxClass.Bits, 4));
        instruction.SetOperands(
        [
            .. vectors[0].Select(o => kernel.Result(o, real, instruction)),
            .. vectors[1].Concat(vectors[2]).Select(o => kernel.Operand(o, bits, instruction)),
            .. vectors[3].Select(o => kernel.Operand(o, real, instruction)),
        ]);
        instruction.Flow = PtxFlow.Warp;
        instruction.WarpStep = (lanes, i) => Multiply(lanes, i, part);
    }

    /// <summary>Reads a load of four matrices from shared memory.</summary>
    public static void ReadLoad(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, List<string> operands)
    {
        var isTurned = operation == "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16";
        if ((!isTurned && operation != "ldmatrix.sync.aligned.m8n8.x4.shared.b16") || operands.Count != 2 ||
            PtxInstructionReader.Elements(operands[0]) is not { Length: 4 } words)
            throw new PtxException($"not known: {instruction.Text}");
        var (place, offset) = kernel.Address(operands[1], instruction, isShared: true);
        instruction.Offset = offset;
        instruction.SetOperands(
            [.. words.Select(w => kernel.Result(w, new(PtxClass.Bits, 4), instruction)), place]);
        instruction.Flow = PtxFlow.Warp;
        instruction.WarpStep = (lanes, i) => Load(lanes, i, isTurned);
    }

    private static void Load(ReadOnlySpan<nint> lanes, PtxInstruction instruction, bool isTurned)
    {
        const int side = 8;
        if (lanes.Length != 32)
            throw new PtxFaultException(719, $"a part of a warp is at: {instruction.Text}");
        Span<ushort> elements = stackalloc ushort[4 * side * side];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var row = (ushort*)PtxAccess.Place((ulong*)lanes[lane], instruction, 4, 2 * side, isShared: true);
            new ReadOnlySpan<ushort>(row, side).CopyTo(elements[(lane * side)..]);
        }

        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var (row, column) = (lane / 4, lane % 4 * 2);
            for (var matrix = 0; matrix < 4; matrix++)
            {
                var own = elements.Slice(matrix * side * side, side * side);
                var (low, high) = isTurned
                    ? (own[(column * side) + row], own[((column + 1) * side) + row])
                    : (own[(row * side) + column], own[(row * side) + column + 1]);
                ((ulong*)lanes[lane])[instruction.Operands[matrix]] = low | ((uint)high << 16);
            }
        }
    }

    private static void Multiply(ReadOnlySpan<nint> lanes, PtxInstruction instruction, Func<uint, float[]> part)
    {
        if (lanes.Length != 32)
            throw new PtxFaultException(719, $"a part of a warp is at: {instruction.Text}");
        var (left, right) = (new float[Rows][][], new float[Columns][][]);
        for (var row = 0; row < Rows; row++)
            left[row] = new float[Words][];
        for (var column = 0; column < Columns; column++)
            right[column] = new float[Words][];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var r = (ulong*)lanes[lane];
            var (group, place) = (lane / 4, lane % 4);
            for (var k = 0; k < 4; k++)
                left[group + (k % 2 * 8)][place + (k / 2 * 4)] = part((uint)r[instruction.Operands[4 + k]]);
            for (var k = 0; k < 2; k++)
                right[group][place + (k * 4)] = part((uint)r[instruction.Operands[8 + k]]);
        }

        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var r = (ulong*)lanes[lane];
            var (group, place) = (lane / 4, lane % 4);
            for (var k = 0; k < 4; k++)
            {
                var sum = PtxArithmetic.Single(r[instruction.Operands[10 + k]]);
                var (a, b) = (left[group + (k / 2 * 8)], right[(2 * place) + (k % 2)]);
                for (var word = 0; word < Words; word++)
                {
                    for (var element = 0; element < a[word].Length; element++)
                        sum += a[word][element] * b[word][element];
                }

                r[instruction.Operands[k]] = PtxArithmetic.Bits(sum);
            }
        }
    }
}
