using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>
/// Runs segments of a plan on one thread: operands that are no registers lying one after the other are staged through
/// blocks in the first-level cache.
/// </summary>
internal unsafe ref struct SegmentRunner
{
    private const int StreamAlignment = 64;
    private const int ShortestStream = 1024;
    private const int Pad = 16; // what vector loops take at once, in elements

    private readonly ref readonly PointwisePlan plan;
    private readonly CpuProgram program;
    private readonly byte** slots;
    private readonly byte** stages;   // of each operand: a block of registers; for a direct one, of the last few
    private readonly byte** current;  // of each operand: where the segment begins
    private readonly byte** filled;   // of each repeated input: what its block is filled with
    private readonly bool* isDirect;
    private readonly byte* raw;       // a block as it lies in memory, before it is converted
    private readonly bool anyDirect;
    private readonly bool allDirect;
    private readonly byte** tiles;    // of each transposed input: some rows of it
    private readonly nint tilePitch;  // bytes
    private long tileRow;
    private long tileStart;
    private int rowInTile;

    public SegmentRunner(ref readonly PointwisePlan plan, Workspace workspace)
    {
        this.plan = ref plan;
        program = plan.Program;
        int inputs = program.InputCount, operands = inputs + program.OutputCount;
        slots = (byte**)workspace.Take((program.SlotCount + (operands * 4)) * sizeof(byte*));
        stages = slots + program.SlotCount;
        current = stages + operands;
        filled = current + operands;
        isDirect = (bool*)(filled + operands);
        var length = (nint)((Math.Min(plan.RowLength, program.BlockLength) + Pad - 1) & -Pad);
        var staged = false;
        for (var k = 0; k < operands; k++)
        {
            filled[k] = null;
            var isInput = k < inputs;
            isDirect[k] = plan.IsDirect(k) && (isInput || !IsReadLater(k - inputs));
            anyDirect |= isDirect[k] && plan.Reaches[k] == Reach.Unit;
            staged |= !isDirect[k];
            var width = Lanes.SizeOf(isInput ? program.InputLanes[k] : program.OutputLanes[k - inputs]);
            stages[k] = workspace.Take((isDirect[k] ? Pad : length) * width);
        }

        allDirect = !staged;
        if (plan.IsTiled)
        {
            // Not a power of two, or the rows of a tile would share few sets of the cache.
            (tileRow, tilePitch) = (-1, ((nint)plan.SegmentLength * sizeof(long)) + 64);
            tiles = (byte**)workspace.Take(inputs * sizeof(byte*));
            for (var k = 0; k < inputs; k++)
            {
                tiles[k] = plan.Reaches[k] == Reach.Tile
                    ? workspace.Take(PointwisePlan.TileRows * tilePitch)
                    : null;
            }
        }

        raw = staged ? workspace.Take(length * 8) : null;
        var uniforms = plan.Code is null ? length : Pad;
        for (var i = 0; i < program.Uniforms.Length; i++)
        {
            ref var uniform = ref program.Uniforms[i];
            var block = workspace.Take(uniforms * Lanes.SizeOf(uniform.Lane));
            slots[program.FirstUniform + i] = block;
            uniform.Fill(block, new(plan.Parameters, program.Source.Parameters.Length), (int)uniforms);
        }

        for (var i = 0; i < program.Tables.Length; i++)
        {
            slots[program.FirstTable + i] =
                (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(program.Tables[i]));
        }

        if (plan.Code is not null)
            return;
        for (var i = program.FirstTemporary; i < program.SlotCount; i++)
            slots[i] = workspace.Take(length * 8);
    }

    /// <summary>Runs the segments from one to before another.</summary>
    public void Run(long first, long end)
    {
        var operands = program.InputCount + program.OutputCount;
        if (allDirect && plan.SegmentsPerRow == 1 && (plan.RowLength & (Pad - 1)) == 0 && !plan.IsBlocked)
        {
            RunRows(first, end, operands);
            return;
        }

        var row = -1L;
        for (var segment = first; segment < end; segment++)
        {
            var start = plan.Locate(segment, out var newRow) * plan.SegmentLength;
            if (newRow != row)
            {
                row = newRow;
                EnterRow(row, operands);
            }

            if (plan.IsTiled)
                EnterTile(row, start);
            RunSegment(start, (nint)Math.Min(plan.SegmentLength, plan.RowLength - start));
        }
    }

    // Reads the tiles of transposed operands when the first of their rows comes.
    private void EnterTile(long row, long start)
    {
        var inRows = row % plan.Sizes[plan.Rank - 2];
        rowInTile = (int)(inRows % PointwisePlan.TileRows);
        var first = row - rowInTile;
        if (tileRow == first && tileStart == start)
            return;
        (tileRow, tileStart) = (first, start);
        var height = (int)Math.Min(PointwisePlan.TileRows, plan.Sizes[plan.Rank - 2] - (inRows - rowInTile));
        var count = (nint)Math.Min(plan.SegmentLength, plan.RowLength - start);
        for (var k = 0; k < program.InputCount; k++)
        {
            if (plan.Reaches[k] != Reach.Tile)
                continue;
            int size = SizeOf(k);
            var stride = plan.Strides[(k * plan.Rank) + plan.Rank - 1];
            Walker.GatherRows(current[k] + (((start * stride) - rowInTile) * size), stride, size, height, count,
                tiles[k], tilePitch);
        }
    }

    // Rows of whole vectors, each run where it lies: nothing but addresses changes from row to row.
    private readonly void RunRows(long first, long end, int operands)
    {
        EnterRow(first, operands);
        for (var k = 0; k < operands; k++)
            slots[k] = current[k];
        var outer = plan.Rank - 1;
        var place = stackalloc long[plan.Rank];
        var rest = first;
        for (var d = outer - 1; d >= 0; d--)
        {
            place[d] = rest % plan.Sizes[d];
            rest /= plan.Sizes[d];
        }

        for (var row = first; ;)
        {
            Compute((nint)plan.RowLength);
            if (++row == end)
                return;
            for (var d = outer - 1; d >= 0; d--)
            {
                var wraps = ++place[d] == plan.Sizes[d];
                var steps = wraps ? 1 - plan.Sizes[d] : 1;
                for (var k = 0; k < operands; k++)
                    slots[k] += steps * plan.Strides[(k * plan.Rank) + d] * program.WidthOf(k);
                if (!wraps)
                    break;
                place[d] = 0;
            }
        }
    }

    private readonly void EnterRow(long row, int operands)
    {
        for (var k = 0; k < operands; k++)
            current[k] = plan.Data[k];
        if (plan.IsBlocked || row == 0)
            return;
        for (var d = plan.Rank - 2; d >= 0; d--)
        {
            var place = row % plan.Sizes[d];
            row /= plan.Sizes[d];
            for (var k = 0; k < operands; k++)
                current[k] += place * plan.Strides[(k * plan.Rank) + d] * SizeOf(k);
        }
    }

    private readonly void RunSegment(long start, nint n)
    {
        int inputs = program.InputCount, operands = inputs + program.OutputCount;
        for (var k = 0; k < inputs; k++)
        {
            if (isDirect[k])
            {
                // A repeated one stays where it is.
                slots[k] = current[k] + (plan.Reaches[k] == Reach.Repeat ? 0 : start * program.WidthOf(k));
            }
            else
            {
                slots[k] = stages[k];
                if (plan.Reaches[k] == Reach.Tile && program.Loads[k] == 0)
                    slots[k] = tiles[k] + (rowInTile * tilePitch);
                else
                    Stage(k, start, n);
            }
        }

        for (var k = inputs; k < operands; k++)
        {
            slots[k] = isDirect[k]
                ? current[k] + (start * Lanes.SizeOf(program.OutputLanes[k - inputs]))
                : stages[k];
        }

        // Vector loops run over whole vectors only: the last elements of direct operands go through a block.
        var tail = anyDirect ? n & (Pad - 1) : 0;
        if (n != tail)
            Compute(n - tail);
        if (tail != 0)
            RunTail(n - tail, tail);
        for (var k = inputs; k < operands; k++)
        {
            if (!isDirect[k])
                Unstage(k, start, n);
        }
    }

    private readonly void RunTail(nint done, nint tail)
    {
        int inputs = program.InputCount, operands = inputs + program.OutputCount;
        for (var k = 0; k < operands; k++)
        {
            var width = Lanes.SizeOf(k < inputs ? program.InputLanes[k] : program.OutputLanes[k - inputs]);
            if (isDirect[k] && plan.Reaches[k] == Reach.Repeat)
                continue;
            var at = slots[k] + (done * width);
            slots[k] = at;
            if (!isDirect[k])
                continue;
            if (k < inputs)
                Unsafe.CopyBlockUnaligned(stages[k], at, (uint)(tail * width));
            slots[k] = stages[k];
            filled[k] = at;
        }

        Compute(tail);
        for (var k = inputs; k < operands; k++)
        {
            if (isDirect[k])
            {
                Unsafe.CopyBlockUnaligned(
                    filled[k], stages[k], (uint)(tail * Lanes.SizeOf(program.OutputLanes[k - inputs])));
            }
        }
    }

    private readonly void Compute(nint n)
    {
        var padded = (n + Pad - 1) & -Pad;
        if (plan.Code is { } code)
        {
            if (plan.Streaming is { } streaming && n >= ShortestStream && CanStream())
            {
                streaming(slots, padded, n);

                // What goes past the caches goes past the order of other writes, too.
                Thread.MemoryBarrier();
                return;
            }

            code(slots, padded, n);
            return;
        }

        var steps = program.Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var step = ref steps[i];
            if (step.Loop == 0)
            {
                if (!IsAnySet(slots[step.A], padded * Lanes.SizeOf(step.Lane)))
                    i = step.Skip - 1;
                continue;
            }

            ((delegate*<byte*, byte*, byte*, byte*, nint, void>)step.Loop)(
                slots[step.Result], slots[step.A], slots[step.B], slots[step.C], step.IsExact ? n : padded);
        }
    }

    // Aligned, and over none of the inputs: those lie in the caches already.
    private readonly bool CanStream()
    {
        for (var k = program.InputCount; k < program.InputCount + program.OutputCount; k++)
        {
            if (((nint)slots[k] & (StreamAlignment - 1)) != 0)
                return false;
            for (var i = 0; i < program.InputCount; i++)
            {
                if (slots[i] == slots[k])
                    return false;
            }
        }

        return true;
    }

    private readonly void Stage(int k, long start, nint n)
    {
        var load = (delegate*<byte*, byte*, byte*, byte*, nint, void>)program.Loads[k];
        var size = SizeOf(k);
        var block = load == null ? stages[k] : raw;
        switch (plan.Reaches[k])
        {
            case Reach.Unit:
                load(stages[k], current[k] + (start * size), null, null, n);
                return;
            case Reach.Repeat:
                // All of the block at once, and then only when the row's element is another one.
                if (filled[k] == current[k])
                    return;
                filled[k] = current[k];
                n = (nint)Math.Min(plan.RowLength, program.BlockLength);
                Walker.Gather(current[k], 0, size, block, n);
                break;
            case Reach.Tile:
                load(stages[k], tiles[k] + (rowInTile * tilePitch), null, null, n);
                return;
            case Reach.Stride:
                var stride = plan.Strides[(k * plan.Rank) + plan.Rank - 1];
                Walker.Gather(current[k] + (start * stride * size), stride, size, block, n);
                break;
            default:
                Walker.Gather(
                    current[k], size, plan.Rank, plan.Sizes, plan.Strides + (k * plan.Rank), start, block, n);
                break;
        }

        if (load != null)
            load(stages[k], raw, null, null, n);
    }

    private readonly void Unstage(int k, long start, nint n)
    {
        var output = k - program.InputCount;
        var store = (delegate*<byte*, byte*, byte*, byte*, nint, void>)program.Stores[output];
        var size = SizeOf(k);
        var isUnit = plan.Reaches[k] == Reach.Unit;
        var target = current[k] + (start * size);
        var block = stages[k];
        if (store != null)
        {
            block = isUnit ? target : raw;
            store(block, stages[k], null, null, n);
            if (isUnit)
                return;
        }

        switch (plan.Reaches[k])
        {
            case Reach.Unit:
                Unsafe.CopyBlockUnaligned(target, block, (uint)(n * size));
                break;
            case Reach.Walk:
                Walker.Scatter(
                    current[k], size, plan.Rank, plan.Sizes, plan.Strides + (k * plan.Rank), start, block, n);
                break;
            default:
                var stride = plan.Strides[(k * plan.Rank) + plan.Rank - 1];
                Walker.Scatter(current[k] + (start * stride * size), stride, size, block, n);
                break;
        }
    }

    private readonly int SizeOf(int k)
    {
        var inputs = program.InputCount;
        return (k < inputs ? program.Loads[k] : program.Stores[k - inputs]) == 0 ? program.WidthOf(k) :
            k < inputs ? program.Source.Inputs[k].Size : program.Source.Outputs[k - inputs].Size;
    }

    // An output over the memory of an input that a later step still reads must wait in its block.
    private readonly bool IsReadLater(int output)
    {
        if (plan.Code is not null)
            return false;
        var data = plan.Data[program.InputCount + output];
        for (var k = 0; k < program.InputCount; k++)
        {
            if (plan.Data[k] == data && program.LastReads[k] > program.Makers[output])
                return true;
        }

        return false;
    }

    internal static bool IsAnySet(byte* mask, nint bytes)
    {
        var words = new ReadOnlySpan<ulong>(mask, (int)(bytes / sizeof(ulong)));
        return words.IndexOfAnyExcept(0UL) >= 0;
    }
}
