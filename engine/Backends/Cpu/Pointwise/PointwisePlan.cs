using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>How the elements of an operand lie within a segment of the iteration.</summary>
internal enum Reach : byte
{
    /// <summary>One after the other.</summary>
    Unit,
    /// <summary>The same one every time.</summary>
    Repeat,
    /// <summary>A fixed step apart.</summary>
    Stride,
    /// <summary>Over several dimensions.</summary>
    Walk,
    /// <summary>A fixed step apart, where the same elements of the next rows lie beside them.</summary>
    Tile,
}

/// <summary>
/// How one set of operands is gone through: dimensions ordered and merged, then cut into segments. The arrays lie in
/// the caller's frame.
/// </summary>
internal unsafe struct PointwisePlan
{
    /// <summary>Rows of a tile.</summary>
    public const int TileRows = 16;

    private const long TileLength = 128;
    private const long LongRow = 256;
    private const long ShortestPlainRow = 32;
    private const long LongSegment = 32 * 1024;

    /// <summary>What to compute.</summary>
    public CpuProgram Program;

    /// <summary>The first element of each operand, inputs first.</summary>
    public byte** Data;

    /// <summary>The program as emitted code; null where the interpreter runs it.</summary>
    public EmittedCode? Code;

    /// <summary>The program's parameters.</summary>
    public long* Parameters;

    /// <summary>How many dimensions are left.</summary>
    public int Rank;

    /// <summary>Their sizes.</summary>
    public long* Sizes;

    /// <summary>Their strides, operand by operand, in elements.</summary>
    public long* Strides;

    /// <summary>How each operand lies within a segment.</summary>
    public Reach* Reaches;

    /// <summary>Whether segments go on across rows.</summary>
    public bool IsBlocked;

    /// <summary>Whether rows are gone through in tiles, since some operand lies transposed.</summary>
    public bool IsTiled;

    /// <summary>Elements of a row, or of all where segments go on across rows.</summary>
    public long RowLength;

    /// <summary>Elements of a segment; the last one of a row may be shorter.</summary>
    public long SegmentLength;

    /// <summary>Segments of a row.</summary>
    public long SegmentsPerRow;

    /// <summary>Segments of all rows.</summary>
    public long SegmentCount;

    /// <summary>Plans operands that all lie without gaps in the same order.</summary>
    public void SetLinear(long count)
    {
        Rank = 1;
        Sizes[0] = count;
        var operands = Program.InputCount + Program.OutputCount;
        for (var k = 0; k < operands; k++)
        {
            Strides[k] = 1;
            Reaches[k] = Reach.Unit;
        }

        RowLength = count;
        Cut();
    }

    /// <summary>Plans operands of one shape and any strides.</summary>
    /// <param name="sizes">The shape; overwritten.</param>
    /// <param name="strides">The strides, operand by operand; overwritten.</param>
    /// <param name="rank">The number of dimensions.</param>
    public void SetStrided(long* sizes, long* strides, int rank)
    {
        var operands = Program.InputCount + Program.OutputCount;
        Sizes = sizes;
        Strides = strides;
        Rank = Dimensions.Collapse(sizes, strides, rank, operands, Program.InputCount);
        var inner = Rank - 1;
        IsBlocked = Rank > 1 && sizes[inner] < LongRow && !HasPlainRows();
        RowLength = sizes[inner];
        if (IsBlocked)
        {
            RowLength = 1;
            for (var d = 0; d < Rank; d++)
                RowLength *= sizes[d];
        }

        for (var k = 0; k < operands; k++)
        {
            var own = strides + (k * Rank);
            Reaches[k] = IsBlocked ? OverAll(own) :
                own[inner] == 1 ? Reach.Unit : own[inner] == 0 ? Reach.Repeat :
                inner > 0 && own[inner - 1] == 1 && k < Program.InputCount && sizes[inner - 1] >= 4 ? Reach.Tile :
                Reach.Stride;
            IsTiled |= Reaches[k] == Reach.Tile;
        }

        Cut();
    }

    /// <summary>
    /// Whether rows can be run one by one where they lie: whole vectors, each operand one after the other or, for
    /// emitted code, repeated.
    /// </summary>
    private readonly bool HasPlainRows()
    {
        var inner = Rank - 1;
        if ((Sizes[inner] & 15) != 0 || Sizes[inner] < ShortestPlainRow)
            return false;
        int inputs = Program.InputCount, operands = inputs + Program.OutputCount;
        for (var k = 0; k < operands; k++)
        {
            var stride = Strides[(k * Rank) + inner];
            if ((k < inputs ? Program.Loads[k] : Program.Stores[k - inputs]) != 0 ||
                (stride != 1 && (stride != 0 || k >= inputs || !RuntimeFeature.IsDynamicCodeCompiled)))
            {
                return false;
            }
        }

        return true;
    }

    private readonly Reach OverAll(long* strides)
    {
        bool unit = true, repeat = true;
        var step = 1L;
        for (var d = Rank - 1; d >= 0; d--)
        {
            unit &= strides[d] == step;
            repeat &= strides[d] == 0;
            step *= Sizes[d];
        }

        return unit ? Reach.Unit : repeat ? Reach.Repeat : Reach.Walk;
    }

    /// <summary>The row and the segment within it that are the nth to be run.</summary>
    /// <param name="order">Which one.</param>
    /// <param name="row">The row.</param>
    /// <returns>The segment.</returns>
    public readonly long Locate(long order, out long row)
    {
        if (!IsTiled)
        {
            row = order / SegmentsPerRow;
            return order - (row * SegmentsPerRow);
        }

        // Segment by segment of a tile, and of each all its rows.
        var rows = Sizes[Rank - 2];
        var outer = order / (rows * SegmentsPerRow);
        order -= outer * rows * SegmentsPerRow;
        var first = order / (TileRows * SegmentsPerRow) * TileRows;
        order -= first * SegmentsPerRow;
        var height = Math.Min(TileRows, rows - first);
        row = (outer * rows) + first + (order % height);
        return order / height;
    }

    /// <summary>Whether an operand is used where it lies.</summary>
    public readonly bool IsDirect(int k) =>
        (Reaches[k] == Reach.Unit || (Reaches[k] == Reach.Repeat && Code is not null && k < Program.InputCount)) &&
        (k < Program.InputCount ? Program.Loads[k] : Program.Stores[k - Program.InputCount]) == 0;

    /// <summary>Looks for emitted code.</summary>
    public void FindCode(long elements)
    {
        // One step on operands alone is a loop already.
        var repeated = 0UL;
        for (var k = 0; k < Math.Min(64, Program.InputCount); k++)
        {
            if (Reaches[k] == Reach.Repeat && Program.Loads[k] == 0)
                repeated |= 1UL << k;
        }

        if (Program.InputCount <= 64 && (!Program.IsDirect || repeated != 0))
            Code = Compilation.Find(Program, repeated, elements);
    }

    private void Cut()
    {
        FindCode(RowLength);
        var isLong = Code is not null || (Program.IsDirect && Program.OutputCount == 1);
        for (var k = 0; isLong && k < Program.InputCount + Program.OutputCount; k++)
            isLong = IsDirect(k);
        if (IsTiled)
            SegmentLength = Math.Min(Program.BlockLength, TileLength);
        else
            SegmentLength = isLong ? LongSegment : Program.BlockLength;
        SegmentsPerRow = RowLength <= SegmentLength ? 1 : (RowLength + SegmentLength - 1) / SegmentLength;
        SegmentCount = SegmentsPerRow;
        if (!IsBlocked)
        {
            for (var d = 0; d < Rank - 1; d++)
                SegmentCount *= Sizes[d];
        }
    }
}

/// <summary>Dimensions as kernels go through them.</summary>
internal static unsafe class Dimensions
{
    /// <summary>
    /// Orders dimensions so that the first operand from <paramref name="leading"/> on is gone through in the order of
    /// its memory, leaves out those of size 1 and merges those that go on from one another.
    /// </summary>
    /// <param name="sizes">The sizes; rewritten.</param>
    /// <param name="strides">The strides, operand by operand; rewritten with the new rank.</param>
    /// <param name="rank">The number of dimensions.</param>
    /// <param name="operands">The number of operands.</param>
    /// <param name="leading">The operand whose order counts first; the others decide ties.</param>
    /// <returns>The new rank, at least 1.</returns>
    public static int Collapse(long* sizes, long* strides, int rank, int operands, int leading)
    {
        var order = stackalloc int[rank];
        var kept = 0;
        for (var d = 0; d < rank; d++)
        {
            if (sizes[d] == 1)
                continue;
            var at = kept++;
            while (at > 0 && IsOutside(d, order[at - 1]))
            {
                order[at] = order[at - 1];
                at--;
            }

            order[at] = d;
        }

        return Merge(sizes, strides, rank, operands, order, kept);

        // Whether a dimension belongs outside of one that precedes it.
        bool IsOutside(int a, int b)
        {
            for (var i = 0; i < operands; i++)
            {
                var own = strides + ((i + leading) % operands * rank);
                long x = Math.Abs(own[a]), y = Math.Abs(own[b]);
                if (x == y || x == 0 || y == 0)
                    continue;
                return x > y;
            }

            return false;
        }
    }

    /// <summary>As <see cref="Collapse"/>, without changing the order of the elements.</summary>
    public static int CollapseInOrder(long* sizes, long* strides, int rank, int operands)
    {
        var order = stackalloc int[rank];
        var kept = 0;
        for (var d = 0; d < rank; d++)
        {
            if (sizes[d] != 1)
                order[kept++] = d;
        }

        return Merge(sizes, strides, rank, operands, order, kept);
    }

    private static int Merge(long* sizes, long* strides, int rank, int operands, int* order, int kept)
    {
        if (kept == 0)
        {
            sizes[0] = 1;
            for (var k = 0; k < operands; k++)
                strides[k] = 1;
            return 1;
        }

        // Which dimensions go on from the one outside of them.
        var groups = 0;
        var first = stackalloc int[kept + 1];
        first[groups++] = 0;
        for (var i = 1; i < kept; i++)
        {
            int outer = order[i - 1], inner = order[i];
            for (var k = 0; k < operands; k++)
            {
                var own = strides + (k * rank);
                if (own[outer] != own[inner] * sizes[inner])
                {
                    first[groups++] = i;
                    break;
                }
            }
        }

        first[groups] = kept;
        var newSizes = stackalloc long[groups];
        var newStrides = stackalloc long[groups * operands];
        for (var g = 0; g < groups; g++)
        {
            newSizes[g] = 1;
            for (var i = first[g]; i < first[g + 1]; i++)
                newSizes[g] *= sizes[order[i]];
            for (var k = 0; k < operands; k++)
                newStrides[(k * groups) + g] = strides[(k * rank) + order[first[g + 1] - 1]];
        }

        for (var g = 0; g < groups; g++)
            sizes[g] = newSizes[g];
        for (var i = 0; i < groups * operands; i++)
            strides[i] = newStrides[i];
        return groups;
    }
}
