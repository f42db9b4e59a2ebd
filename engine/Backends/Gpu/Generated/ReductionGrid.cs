namespace KernelEngine.Gpu;

/// <summary>Which kernel reduces how many elements, in which chunks, by how many groups.</summary>
internal struct ReductionGrid
{
    // Sums of as many float32 one after the other are still accurate.
    private const long LongestSerial = 128;
    private const long ShortestStretch = 16;
    private const int SideBySide = 8;
    private const int LongStep = 48; // steps of a lift and combination that are not repeated within a kernel
    private const int ShortReduction = 32;
    private const long FewElements = 4096;
    private const int SmallRank = 4;

    public ReductionPass Pass;

    /// <summary>How many chunks the elements of each kept one are.</summary>
    public long Chunks;

    public long Columns;
    public long ColumnsOfChunk;
    public long ColumnChunks;
    public long Rows;
    public long RowsOfChunk;
    public long KeptInner;
    public long KeptOuter;
    public long Blocks;
    public long Tasks;
    public long TasksOfGroup;
    public int GroupsX;
    public int GroupsY;
    private long longest; // chunk that is still accurate
    private bool isLong;

    /// <summary>For the elements.</summary>
    /// <param name="plan">The elements.</param>
    /// <param name="mayFinish">Whether it may be the last pass.</param>
    public static unsafe ReductionGrid OfElements(in ReductionPlan plan, bool mayFinish)
    {
        var shape = LaunchShape.Of(plan.Gpu.Limits);
        int rank = plan.ReducedRank, inputs = plan.Inputs.Length;
        var inner = plan.ReducedSizes[rank - 1];
        var keptInner = plan.KeptSizes[plan.KeptRank - 1];
        var isShort = plan.Program.Step.Code.Length <= LongStep;
        var teamwork = Teamwork.Alone;

        // One kernel does all that is small, whatever its shape: to make another takes longer than to run it.
        var isSmall = plan.Kept * plan.Reduced <= FewElements &&
            plan.Reduced <= (shape.IsProcessor ? LongestSerial : ShortReduction);
        if (shape.Threads == 1 && !isSmall)
        {
            if (isShort && keptInner >= SideBySide && plan.IsClose(isKept: true) &&
                (plan.IsAcross() || plan.Reduced < SideBySide))
            {
                teamwork = Teamwork.Across;
            }
            else if (isShort && inner >= 2 * SideBySide && plan.IsClose(isKept: false))
            {
                teamwork = Teamwork.Along;
            }
        }
        else if (!shape.IsProcessor && !isSmall && plan.Reduced >= ShortReduction &&
            (!plan.IsAcross() || plan.Kept < ShortReduction))
        {
            teamwork = Teamwork.Group;
        }

        var grid = new ReductionGrid();
        var lanes = LanesOf(teamwork, shape, plan.Kept, plan.Reduced);
        var isFlat = isSmall || (rank > 1 && inner < (teamwork == Teamwork.Group ? 2 * lanes : 4));
        grid.SetRows(
            plan.Program, isFlat || rank == 1 ? 1 : plan.Reduced / inner, isFlat ? plan.Reduced : inner, lanes);
        grid.SetKept(teamwork, plan.Kept, keptInner);
        grid.Cut(shape, teamwork, lanes, plan.Kept, shape.Threads == 1 ? 4096 : shape.IsProcessor ? 256 : 64);
        var isLast = mayFinish && grid.Chunks == 1;
        var paces = 0UL;
        for (var k = 0; k < Math.Min(inputs, PointwiseForm.MostPaces) && !isFlat; k++)
            paces |= (ulong)plan.PaceOf(k, teamwork == Teamwork.Across) << (2 * k);
        if (isFlat && teamwork == Teamwork.Across)
        {
            for (var k = 0; k < Math.Min(inputs, PointwiseForm.MostPaces); k++)
                paces |= (ulong)plan.PaceOf(k, isKept: true) << (2 * k);
        }

        var kept = RankOf(teamwork, isSmall ? Math.Max(SmallRank, plan.KeptRank) : plan.KeptRank);
        var outer = isSmall ? RankClass.Of(Math.Max(SmallRank, rank))
            : rank > 1 && !isFlat ? 1 + RankClass.Of(rank - 1) : RankClass.Of(rank);
        grid.End(shape, teamwork, lanes, plan.Kept, new(
            teamwork, true, isLast, isFlat, false, (byte)kept, (byte)outer, 0, 0, paces));
        return grid;
    }

    /// <summary>For states of chunks.</summary>
    /// <param name="plan">The reduction.</param>
    /// <param name="chunks">How many there are for each kept element.</param>
    public static unsafe ReductionGrid OfStates(in ReductionPlan plan, long chunks)
    {
        var shape = LaunchShape.Of(plan.Gpu.Limits);
        var teamwork = !shape.IsProcessor && chunks >= ShortReduction && plan.Kept < 4096
            ? Teamwork.Group
            : Teamwork.Alone;
        var grid = new ReductionGrid();
        var lanes = LanesOf(teamwork, shape, plan.Kept, chunks);
        grid.SetRows(plan.Program, 1, chunks, lanes);
        grid.SetKept(teamwork, plan.Kept, plan.Kept);
        grid.Cut(shape, teamwork, lanes, plan.Kept, shape.IsProcessor ? 1024 : 64);
        grid.End(shape, teamwork, lanes, plan.Kept, new(
            teamwork, false, grid.Chunks == 1, false, false,
            (byte)(grid.Chunks == 1 ? RankOf(teamwork, plan.KeptRank) : 1), 1, 0, 0, 0));
        return grid;
    }

    private static int RankOf(Teamwork teamwork, int keptRank) => teamwork == Teamwork.Across && keptRank > 1
        ? 1 + RankClass.Of(keptRank - 1)
        : RankClass.Of(keptRank);

    // How many threads, or states of a thread, share a chunk.
    private static int LanesOf(Teamwork teamwork, LaunchShape shape, long kept, long reduced) => teamwork switch
    {
        Teamwork.Group => reduced < 512 && kept > 64 ? Math.Min(32, shape.Threads) : shape.Threads,
        Teamwork.Along => SideBySide,
        _ => 1,
    };

    private void SetRows(ReductionProgram program, long rows, long columns, int lanes)
    {
        (Rows, Columns) = (rows, columns);
        longest = long.MaxValue;
        foreach (var dtype in program.State)
        {
            if (dtype.Register != ValueKind.Float32)
                continue;
            isLong = Columns >= ShortestStretch * lanes && Rows * Columns > LongestSerial * lanes;
            longest = LongestSerial * (isLong ? Math.Min(ReductionPass.Stretch * lanes, Columns) : lanes);
        }
    }

    private void SetKept(Teamwork teamwork, long kept, long inner)
    {
        KeptInner = inner;
        KeptOuter = inner == 0 ? 0 : kept / inner;
        Blocks = teamwork == Teamwork.Across ? (inner + SideBySide - 1) / SideBySide : inner;
    }

    // Chunks: few enough elements for each to be accurate, and enough of them to keep the device busy.
    private void Cut(LaunchShape shape, Teamwork teamwork, int lanes, long kept, long shortest)
    {
        var elements = Rows * Columns;
        var tasks = KeptOuter * Blocks;
        long wanted;
        if (teamwork == Teamwork.Group)
        {
            var lines = shape.Threads / lanes;
            wanted = shape.Groups / 2 / Math.Max(1, (tasks + lines - 1) / lines);
            shortest = 8L * lanes;
        }
        else
        {
            wanted = shape.Groups * shape.Threads / Math.Max(1, tasks);
        }

        var length = Math.Max(shortest, (elements + Math.Max(1, wanted) - 1) / Math.Max(1, wanted));
        length = Math.Min(length, Math.Min(longest, shape.MostRounds));

        // No more chunks than groups along an axis, or than indices count.
        length = Math.Max(length, (elements + 32767) / 32768);
        length = Math.Max(length, elements / Math.Max(1, (1 << 30) / Math.Max(1, kept)));
        if (elements <= length || elements <= Math.Min(4 * shortest, longest))
        {
            (RowsOfChunk, ColumnsOfChunk, ColumnChunks, Chunks) = (Math.Max(1, Rows), Math.Max(1, Columns), 1, 1);
            return;
        }

        if (Columns >= length || Rows == 1)
        {
            // Equal parts, so that the last one is not a short one.
            ColumnChunks = (Columns + length - 1) / length;
            ColumnsOfChunk = (Columns + ColumnChunks - 1) / ColumnChunks;
            ColumnsOfChunk = (ColumnsOfChunk + 15) / 16 * 16;
            ColumnChunks = (Columns + ColumnsOfChunk - 1) / ColumnsOfChunk;
            RowsOfChunk = 1;
            Chunks = ColumnChunks * Rows;
            return;
        }

        ColumnChunks = 1;
        ColumnsOfChunk = Columns;
        RowsOfChunk = Math.Max(1, length / Columns);
        Chunks = (Rows + RowsOfChunk - 1) / RowsOfChunk;
    }

    private void End(LaunchShape shape, Teamwork teamwork, int lanes, long kept, ReductionPass pass)
    {
        var width = teamwork is Teamwork.Across ? SideBySide : lanes;
        Pass = pass with { IsLong = isLong, Threads = (short)shape.Threads, Width = (short)width };
        Tasks = KeptOuter * Blocks * Chunks;
        GroupsY = 1;
        if (teamwork == Teamwork.Group)
        {
            var lines = shape.Threads / lanes;
            GroupsX = (int)Math.Min((kept + lines - 1) / lines, 32768);
            GroupsY = (int)Chunks;
            return;
        }

        // Processors: at least some thousand elements for each group, and no more than rounds that a thread may have.
        var ofGroup = (Tasks + shape.Groups - 1) / shape.Groups;
        if (shape.IsProcessor)
        {
            var each = Math.Max(1, RowsOfChunk * ColumnsOfChunk) * (teamwork == Teamwork.Across ? SideBySide : 1);
            var rounds = (long)shape.MostRounds * shape.Threads / (RowsOfChunk * (ColumnsOfChunk + 1));
            ofGroup = Math.Max(Math.Min(ofGroup, Math.Max(shape.Threads, rounds)), shape.SmallestShare / each);
        }

        TasksOfGroup = Math.Max(1, (ofGroup + shape.Threads - 1) / shape.Threads) * shape.Threads;
        GroupsX = (int)((Tasks + TasksOfGroup - 1) / TasksOfGroup);
    }
}
