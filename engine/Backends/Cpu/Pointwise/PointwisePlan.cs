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

    // A usual second-level cache: what is larger leaves it before anybody reads it, and writing it by way of the caches
    // would read each line first.
    private const long LargeResult = 2 << 20;

    /// <summary>What to compute.</summary>
    public CpuProgram Program;

    /// <summary>The first element of each operand, inputs first.</summary>
    public byte** Data;

    /// <summary>The program as emitted code; null where the interpreter runs it.</summary>
    public EmittedCode? Code;

    /// <summary>The same, writing past the caches; null where the results are not too large for them.</summary>
    public EmittedCode? Streaming;

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

        if (Program.InputCount > 64)
            return;
        var isLarge = Rank == 1 && IsLarge(elements);
        if (!Program.IsDirect || repeated != 0 || isLarge)
            Code = Compilation.Find(Program, repeated, elements);
        if (isLarge && Code is not null)
            Streaming = Compilation.Find(Program, repeated, elements, EmittedEntry.Streaming);
    }

    private readonly bool IsLarge(long elements)
    {
        if (elements * sizeof(double) < LargeResult)
            return false;
        for (var k = 0; k < Program.OutputCount; k++)
        {
            if (Program.Stores[k] != 0 || elements * Program.WidthOf(Program.InputCount + k) < LargeResult)
                return false;
        }

        return true;
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
