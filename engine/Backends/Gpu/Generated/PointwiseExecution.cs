namespace KernelEngine.Gpu;

/// <summary>Records pointwise programs over operands.</summary>
internal static unsafe class PointwiseExecution
{
    private const long FewElements = 2048;
    private const int SmallRank = 4;
    private const int MostTiled = 24; // steps of a program that is written once for each row of a tile

    /// <summary>Records a launch: one kernel, or a few where there is too much for one.</summary>
    public static void Run(GpuDevice gpu, in PointwiseLaunch launch)
    {
        var count = launch.Program.Inputs.Length + launch.Program.Outputs.Length;
        if (launch.Operands.Length > count)
            RunList(gpu, launch, count);
        else
            RunSet(gpu, launch.Program, launch.Operands, launch.Parameters);
    }

    /// <summary>Records a program over one set of operands.</summary>
    private static void RunSet(
        GpuDevice gpu, PointwiseProgram program, ReadOnlySpan<Operand> operands, ReadOnlySpan<long> parameters)
    {
        var leading = operands[^1].Layout;
        var elements = leading.ElementCount;
        if (elements == 0)
            return;
        if (operands.Length > gpu.Limits.MaxBuffers)
        {
            RunParts(gpu, PointwiseParts.Of(program, gpu.Limits.MaxBuffers), operands, parameters);
            return;
        }

        if (operands.Length <= PointwiseForm.MostPaces && elements <= LaunchShape.MostElements &&
            TryPaces(operands, leading, program.Inputs.Length, out var paces))
        {
            var shape = LaunchShape.Of(gpu.Limits);
            var form = new PointwiseForm(Sweep.Rows, 1, (short)shape.Threads, false, paces);
            var share = shape.Share(elements);
            var dense = gpu.Launch(PointwiseKernel.Of(program)[form]);
            foreach (ref readonly var operand in operands)
                dense.Buffer(operand);
            dense.Int(elements).Int(share);
            AddParameters(dense, program.Parameters.AsSpan(), parameters);
            dense.Groups((int)((elements + share - 1) / share));
            return;
        }

        var rank = leading.Rank;
        var sizes = stackalloc long[rank + 1];
        var strides = stackalloc long[(operands.Length * (rank + 1)) + 1];
        var offsets = stackalloc long[operands.Length];
        leading.Shape.AsSpan().CopyTo(new(sizes, rank));
        for (var k = 0; k < operands.Length; k++)
        {
            operands[k].Layout.Strides.CopyTo(new(strides + (k * rank), rank));
            offsets[k] = operands[k].Layout.Offset;
        }

        var plan = new Plan
        {
            Gpu = gpu,
            Program = program,
            Operands = operands,
            Parameters = parameters,
            Rank = Dimensions.Collapse(sizes, strides, rank, operands.Length, program.Inputs.Length),
            Sizes = sizes,
            Strides = strides,
            Offsets = offsets,
        };
        RunPlan(plan);
    }

    private static void RunParts(
        GpuDevice gpu, PointwiseParts parts, ReadOnlySpan<Operand> operands, ReadOnlySpan<long> parameters)
    {
        var temporaries = new List<Temporary>(parts.Temporaries.Count);
        try
        {
            var all = new Operand[operands.Length + parts.Temporaries.Count];
            operands.CopyTo(all);
            foreach (var dtype in parts.Temporaries)
            {
                temporaries.Add(gpu.Temporary(operands[^1].Layout.Shape, dtype));
                all[operands.Length + temporaries.Count - 1] = temporaries[^1].Operand;
            }

            foreach (var (program, own) in parts.Parts)
                RunSet(gpu, program, Array.ConvertAll(own, i => all[i]), parameters);
            foreach (var (from, to) in parts.Copies)
                gpu.Copy(all[from], all[to]);
        }
        finally
        {
            temporaries.ForEach(temporary => temporary.Dispose());
        }
    }

    // Whether all operands lie without gaps in the same order, or repeat one element.
    private static bool TryPaces(ReadOnlySpan<Operand> operands, Layout leading, int inputs, out ulong paces)
    {
        paces = 0;
        for (var k = 0; k < operands.Length; k++)
        {
            var layout = operands[k].Layout;
            Pace pace;
            if (leading.IsContiguous && (ReferenceEquals(layout, leading) || layout.IsContiguous))
                pace = Pace.Unit;
            else if (k < inputs && leading.IsContiguous && layout.RepeatsOneElement)
                pace = Pace.Repeat;
            else
                return false;
            paces |= (ulong)pace << (2 * k);
        }

        return true;
    }

    // Records it in one launch, or each half of it.
    private static void RunPlan(in Plan plan)
    {
        var largest = 0;
        var elements = 1L;
        for (var d = 0; d < plan.Rank; d++)
        {
            elements *= plan.Sizes[d];
            if (plan.Sizes[d] > plan.Sizes[largest])
                largest = d;
        }

        var fits = elements <= LaunchShape.MostElements;
        for (var k = 0; k < plan.Operands.Length && fits; k++)
        {
            var extent = 0L;
            for (var d = 0; d < plan.Rank; d++)
                extent += Math.Abs(plan.Strides[(k * plan.Rank) + d]) * (plan.Sizes[d] - 1);
            fits = extent <= LaunchShape.MostElements;
        }

        if (fits)
        {
            Launch(plan, elements);
            return;
        }

        // The outermost dimension that is worth it.
        var cut = 0;
        while (plan.Sizes[cut] == 1)
            cut++;
        Halve(plan, plan.Sizes[cut] * 16 >= plan.Sizes[largest] ? cut : largest);
    }

    private static void Halve(in Plan plan, int dimension)
    {
        int count = plan.Operands.Length, rank = plan.Rank;
        var sizes = stackalloc long[rank];
        var offsets = stackalloc long[count];
        new ReadOnlySpan<long>(plan.Sizes, rank).CopyTo(new(sizes, rank));
        var half = plan with { Sizes = sizes, Offsets = offsets };
        var first = sizes[dimension] / 2;
        for (var part = 0; part < 2; part++)
        {
            sizes[dimension] = part == 0 ? first : plan.Sizes[dimension] - first;
            for (var k = 0; k < count; k++)
                offsets[k] = plan.Offsets[k] + (part * first * plan.Strides[(k * rank) + dimension]);
            RunPlan(half);
        }
    }

    private static void Launch(in Plan plan, long elements)
    {
        var shape = LaunchShape.Of(plan.Gpu.Limits);
        int rank = plan.Rank, count = plan.Operands.Length, inner = rank - 1;
        var columns = plan.Sizes[inner];

        // One kernel does all that is small, whatever its shape: to make another takes longer than to run it.
        var isSmall = elements <= FewElements;
        var isFlat = rank > 1 && (columns < shape.Threads || isSmall);
        var paces = 0UL;
        for (var k = 0; k < Math.Min(count, PointwiseForm.MostPaces) && !isFlat; k++)
        {
            var step = plan.Strides[(k * rank) + inner];
            var pace = step == 1 || columns == 1 ? Pace.Unit :
                step == 0 && k < plan.Program.Inputs.Length ? Pace.Repeat : Pace.Stride;
            paces |= (ulong)pace << (2 * k);
        }

        var room = isFlat ? RankClass.Of(isSmall ? Math.Max(rank, SmallRank) : rank)
            : RankClass.Of(rank - 1) + (rank > 1 ? 1 : 0);
        var sweep = isFlat ? Sweep.Flat : IsTransposed(plan, shape) ? Sweep.Tiles : Sweep.Rows;
        var form = new PointwiseForm(sweep, (byte)room, (short)shape.Threads, false, paces);
        var launch = plan.Gpu.Launch(PointwiseKernel.Of(plan.Program)[form]);
        for (var k = 0; k < count; k++)
        {
            ref readonly var operand = ref plan.Operands[k];
            launch.Buffer((GpuBuffer)operand.Buffer, plan.Offsets[k] * operand.DType.Size);
        }

        int groupsX, groupsY = 1, share;
        if (isFlat || rank == 1)
        {
            share = shape.Share(elements);
            launch.Int(elements).Int(share);
            groupsX = (int)((elements + share - 1) / share);
        }
        else
        {
            var rows = elements / columns;
            share = shape.Share(columns);
            groupsX = (int)((columns + share - 1) / share);
            var wanted = Math.Max(1, shape.Groups / groupsX);
            var rowShare = Math.Max(
                (rows + wanted - 1) / wanted, Math.Max(1, shape.SmallestShare / Math.Min(columns, share)));
            var rounds = (Math.Min(columns, share) / shape.Threads) + 2;
            rowShare = Math.Min(rowShare, Math.Max(1, shape.MostRounds / rounds));
            if (sweep == Sweep.Tiles)
                rowShare = (rowShare + PointwiseForm.TileSide - 1) / PointwiseForm.TileSide * PointwiseForm.TileSide;
            launch.Int(columns).Int(share).Int(rows).Int(rowShare);
            groupsY = (int)((rows + rowShare - 1) / rowShare);
        }

        // Dimensions that there is room for lie outside, with one element.
        var extra = room - rank;
        for (var d = 1; d < (isFlat ? room : room - 1); d++)
            launch.Int(d < extra ? 1 : plan.Sizes[d - extra]);
        for (var k = 0; k < count; k++)
        {
            var isStride = isFlat || form.PaceOf(k) == Pace.Stride;
            for (var d = 0; d < (isStride ? room : room - 1); d++)
                launch.Int(d < extra ? 0 : plan.Strides[(k * rank) + d - extra]);
        }

        AddParameters(launch, plan.Program.Parameters.AsSpan(), plan.Parameters);
        launch.Groups(groupsX, groupsY);
    }

    // Whether neighbours in some operand's memory lie in different rows, and whole squares of them can be gone through.
    private static bool IsTransposed(in Plan plan, LaunchShape shape)
    {
        int rank = plan.Rank, inner = rank - 1;
        if (rank < 2 || plan.Sizes[inner] < PointwiseForm.TileSide || plan.Sizes[inner - 1] < PointwiseForm.TileSide ||
            (shape.IsProcessor && (shape.Threads > 1 || plan.Program.Code.Length > MostTiled)))
        {
            return false;
        }

        for (var k = 0; k < plan.Operands.Length; k++)
        {
            var strides = plan.Strides + (k * rank);
            if (Math.Abs(strides[inner - 1]) == 1 && Math.Abs(strides[inner]) >= PointwiseForm.TileSide)
                return true;
        }

        return false;
    }

    private static void RunList(GpuDevice gpu, in PointwiseLaunch launch, int count)
    {
        var program = launch.Program;
        var operands = launch.Operands;
        // Sets that are no plain lists of elements run by themselves, as do those that lie in more pieces of memory than
        // a launch binds.
        var shape = LaunchShape.Of(gpu.Limits);
        var form = new PointwiseForm(Sweep.List, 1, (short)shape.Threads, !gpu.Limits.TakesAddresses, 0);
        var kernel = PointwiseKernel.Of(program)[form];
        var words = PointwiseKernel.WordsOfSet(program);
        var next = 0;
        while (next < operands.Length)
        {
            var list = gpu.Launch(kernel);
            AddParameters(list, program.Parameters.AsSpan(), launch.Parameters);
            var sets = 0;
            var most = 0L;
            for (; next < operands.Length && list.Room >= words && list.MemberRoom >= count; next += count)
            {
                var set = operands.Slice(next, count);
                if (!IsList(set))
                    break;
                var elements = set[^1].Layout.ElementCount;
                if (elements == 0)
                    continue;
                list.Int(elements);
                var isMember = true;
                for (var k = 0; k < count && isMember; k++)
                    isMember = list.TryMember(set[k], k < program.Inputs.Length ? Access.Read : Access.Write);
                if (!isMember)
                    break;
                most = Math.Max(most, elements);
                sets++;
            }

            if (sets == 0)
            {
                list.Abandon();
            }
            else
            {
                var least = PointwiseKernel.LeastPart(shape.Threads);
                var wanted = Math.Max(1, shape.Groups / sets);
                var needed = 1 + (most / ((long)shape.MostRounds * shape.Threads));
                list.Groups(
                    (int)Math.Clamp((most + least - 1) / least, needed, Math.Max(needed, Math.Max(wanted, 16))), sets);
            }

            if (next < operands.Length && (sets == 0 || !IsList(operands.Slice(next, count))))
            {
                RunSet(gpu, program, operands.Slice(next, count), launch.Parameters);
                next += count;
            }
        }
    }

    private static bool IsList(ReadOnlySpan<Operand> set)
    {
        var leading = set[^1].Layout;
        if (leading.ElementCount > LaunchShape.MostElements)
            return false;
        foreach (ref readonly var operand in set)
        {
            if (!operand.Layout.IsContiguous)
                return false;
        }

        return true;
    }

    /// <summary>Adds a program's parameters to a launch.</summary>
    public static void AddParameters(
        in GpuLaunch launch, ReadOnlySpan<ValueKind> kinds, ReadOnlySpan<long> parameters)
    {
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] is ValueKind.Int64 or ValueKind.Float64)
                launch.Long(parameters[i]);
            else
                launch.Word((uint)parameters[i]);
        }
    }

    // One set of operands; dimensions ordered and merged.
    private ref struct Plan
    {
        public GpuDevice Gpu;
        public PointwiseProgram Program;
        public ReadOnlySpan<Operand> Operands;
        public ReadOnlySpan<long> Parameters;
        public int Rank;
        public long* Sizes;
        public long* Strides;
        public long* Offsets;
    }
}
