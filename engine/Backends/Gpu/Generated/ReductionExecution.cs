namespace KernelEngine.Gpu;

/// <summary>Records reductions over operands.</summary>
internal static unsafe class ReductionExecution
{
    /// <summary>Records a launch: a kernel, and further ones where chunks are to be reduced.</summary>
    public static void Run(GpuDevice gpu, in ReductionLaunch launch)
    {
        var shape = launch.Outputs[0].Layout.Shape;
        var kept = shape.ElementCount;
        if (kept == 0)
            return;
        int inputs = launch.Inputs.Length, count = inputs + launch.Outputs.Length;
        if (kept == 1 && launch.Inputs[0].Layout.ElementCount == 1)
        {
            RunSingle(gpu, launch, count);
            return;
        }

        int keptRank = shape.Rank, reducedRank = launch.ReducedRank;
        var numbers = stackalloc long[((keptRank + 2) * (count + 1)) + ((reducedRank + 1) * (inputs + 1)) + count];
        var plan = new ReductionPlan
        {
            Gpu = gpu,
            Program = launch.Program,
            Inputs = launch.Inputs,
            Outputs = launch.Outputs,
            Parameters = launch.Parameters,
            KeptSizes = numbers,
        };
        plan.KeptStrides = plan.KeptSizes + keptRank + 1;
        plan.ReducedSizes = plan.KeptStrides + (count * (keptRank + 1));
        plan.ReducedStrides = plan.ReducedSizes + reducedRank + 1;
        plan.Offsets = plan.ReducedStrides + (inputs * (reducedRank + 1));
        plan.SetShape(shape, reducedRank);
        RunPart(plan);
    }

    // One element in, one out: no states.
    private static void RunSingle(GpuDevice gpu, in ReductionLaunch launch, int count)
    {
        var inline = default(InlineOperands);
        var operands = count <= InlineOperands.Length ? inline.AsSpan(count) : new Operand[count];
        launch.Inputs.CopyTo(operands);
        launch.Outputs.CopyTo(operands[launch.Inputs.Length..]);
        PointwiseExecution.Run(gpu, new PointwiseLaunch
        {
            Program = launch.Program.Single,
            Operands = operands,
            Parameters = launch.Parameters,
        });
    }

    private static void RunPart(in ReductionPlan plan)
    {
        if (plan.Fits())
        {
            RunPasses(plan);
            return;
        }

        if (plan.Kept > 1)
        {
            Halve(plan);
            return;
        }

        // More elements for one than can be counted: parts of them leave their states in one place.
        var states = new States(plan.Program);
        RunParts(plan, ref states);
        states.Allocate(plan.Gpu, states.Chunks);
        try
        {
            RunParts(plan, ref states);
            RunStates(plan, states.Buffer!, states.Chunks);
        }
        finally
        {
            states.Buffer?.Free();
        }
    }

    private static void Halve(in ReductionPlan plan)
    {
        int count = plan.Inputs.Length + plan.Outputs.Length, rank = plan.KeptRank;
        var cut = Largest(plan.KeptSizes, rank);
        var sizes = stackalloc long[rank];
        var offsets = stackalloc long[count];
        new ReadOnlySpan<long>(plan.KeptSizes, rank).CopyTo(new(sizes, rank));
        var first = sizes[cut] / 2;
        for (var part = 0; part < 2; part++)
        {
            sizes[cut] = part == 0 ? first : plan.KeptSizes[cut] - first;
            for (var k = 0; k < count; k++)
                offsets[k] = plan.Offsets[k] + (part * first * plan.KeptStrides[(k * rank) + cut]);
            var half = plan;
            half.KeptSizes = sizes;
            half.Offsets = offsets;
            half.Count();
            RunPart(half);
        }
    }

    // Counts the chunks of all parts; once there is memory for their states, fills it.
    private static void RunParts(in ReductionPlan plan, ref States states)
    {
        if (plan.Fits())
        {
            var grid = ReductionGrid.OfElements(plan, mayFinish: false);
            if (states.Buffer is not null)
            {
                Launch(plan, grid, null, 0, states.Buffer, states.Count, states.Next);
                states.Next += grid.Chunks;
            }
            else
            {
                states.Chunks += grid.Chunks;
            }

            return;
        }

        // The first dimension that has parts: places go on from one to the next.
        int inputs = plan.Inputs.Length, rank = plan.ReducedRank, cut = 0;
        while (plan.ReducedSizes[cut] == 1)
            cut++;
        var below = 1L;
        for (var d = cut + 1; d < rank; d++)
            below *= plan.ReducedSizes[d];
        var sizes = stackalloc long[rank];
        var offsets = stackalloc long[inputs + plan.Outputs.Length];
        new ReadOnlySpan<long>(plan.ReducedSizes, rank).CopyTo(new(sizes, rank));
        var first = sizes[cut] / 2;
        for (var part = 0; part < 2; part++)
        {
            sizes[cut] = part == 0 ? first : plan.ReducedSizes[cut] - first;
            for (var k = 0; k < inputs; k++)
                offsets[k] = plan.Offsets[k] + (part * first * plan.ReducedStrides[(k * rank) + cut]);
            var half = plan;
            half.ReducedSizes = sizes;
            half.Offsets = offsets;
            half.FirstPlace += part * first * below;
            half.Count();
            RunParts(half, ref states);
        }
    }

    private static int Largest(long* sizes, int rank)
    {
        var largest = 0;
        for (var d = 1; d < rank; d++)
        {
            if (sizes[d] > sizes[largest])
                largest = d;
        }

        return largest;
    }

    private static void RunPasses(in ReductionPlan plan)
    {
        var grid = ReductionGrid.OfElements(plan, mayFinish: true);
        if (grid.Pass.IsLast)
        {
            Launch(plan, grid, null, 0, null, 0, 0);
            return;
        }

        var states = new States(plan.Program);
        states.Allocate(plan.Gpu, grid.Chunks * plan.Kept);
        try
        {
            Launch(plan, grid, null, 0, states.Buffer, states.Count, 0);
            RunStates(plan, states.Buffer!, grid.Chunks);
        }
        finally
        {
            states.Buffer!.Free();
        }
    }

    // Reduces the states of chunks until one is left for each kept element.
    private static void RunStates(in ReductionPlan plan, GpuBuffer states, long chunks)
    {
        var count = chunks * plan.Kept;
        var grid = ReductionGrid.OfStates(plan, chunks);
        if (grid.Pass.IsLast)
        {
            Launch(plan, grid, states, count, null, 0, 0);
            return;
        }

        var fewer = new States(plan.Program);
        fewer.Allocate(plan.Gpu, grid.Chunks * plan.Kept);
        try
        {
            Launch(plan, grid, states, count, fewer.Buffer, fewer.Count, 0);
            RunStates(plan, fewer.Buffer!, grid.Chunks);
        }
        finally
        {
            fewer.Buffer!.Free();
        }
    }

    private static void Launch(
        in ReductionPlan plan, in ReductionGrid grid, GpuBuffer? from, long fromCount, GpuBuffer? to, long toCount,
        long toNext)
    {
        var program = plan.Program;
        var pass = grid.Pass;
        int inputs = plan.Inputs.Length, outputs = plan.Outputs.Length;
        var launch = plan.Gpu.Launch(ReductionKernel.Of(program)[pass]);
        if (from is not null)
        {
            AddStates(launch, program, from, fromCount, 0);
        }
        else
        {
            for (var k = 0; k < inputs; k++)
            {
                ref readonly var operand = ref plan.Inputs[k];
                launch.Buffer((GpuBuffer)operand.Buffer, plan.Offsets[k] * operand.DType.Size);
            }
        }

        if (to is not null)
        {
            AddStates(launch, program, to, toCount, toNext);
        }
        else
        {
            for (var k = 0; k < outputs; k++)
            {
                ref readonly var operand = ref plan.Outputs[k];
                launch.Buffer((GpuBuffer)operand.Buffer, plan.Offsets[inputs + k] * operand.DType.Size);
            }
        }

        launch.Int(plan.Kept).Int(grid.Tasks).Int(grid.TasksOfGroup)
            .Int(grid.Columns).Int(grid.ColumnsOfChunk).Int(grid.ColumnChunks)
            .Int(grid.Rows).Int(grid.RowsOfChunk)
            .Int(grid.KeptInner).Int(grid.KeptOuter).Int(grid.Blocks);
        if (pass.IsFirst && program.UsesPlace)
            launch.Long(plan.FirstPlace);

        // Dimensions that there is room for lie outside, with one element; without rows, there is one at most.
        int extraKept = pass.Kept - plan.KeptRank, extraReduced = pass.Reduced - plan.ReducedRank;
        for (var d = 1; d < pass.Kept; d++)
            launch.Int(extraKept < 0 || d < extraKept ? 1 : plan.KeptSizes[d - extraKept]);
        for (var d = 1; d < pass.Reduced; d++)
            launch.Int(d < extraReduced ? 1 : plan.ReducedSizes[d - extraReduced]);
        if (pass.IsFirst)
        {
            for (var k = 0; k < inputs; k++)
            {
                for (var d = 0; d < pass.Kept; d++)
                    launch.Int(d < extraKept ? 0 : plan.KeptStrides[(k * plan.KeptRank) + d - extraKept]);
                for (var d = 0; d < pass.Reduced; d++)
                    launch.Int(d < extraReduced ? 0 : plan.ReducedStrides[(k * plan.ReducedRank) + d - extraReduced]);
            }
        }

        if (pass.IsLast)
        {
            for (var k = inputs; k < inputs + outputs; k++)
            {
                for (var d = 0; d < pass.Kept; d++)
                    launch.Int(d < extraKept ? 0 : plan.KeptStrides[(k * plan.KeptRank) + d - extraKept]);
            }
        }

        var lift = program.LiftParameters.Length;
        if (pass.IsFirst)
            PointwiseExecution.AddParameters(launch, program.LiftParameters.AsSpan(), plan.Parameters[..lift]);
        if (pass.IsLast)
            PointwiseExecution.AddParameters(launch, program.FinishParameters.AsSpan(), plan.Parameters[lift..]);
        launch.Groups(grid.GroupsX, grid.GroupsY);
    }

    private static void AddStates(in GpuLaunch launch, ReductionProgram program, GpuBuffer buffer, long count, long next)
    {
        var start = 0L;
        foreach (var dtype in program.State)
        {
            launch.Buffer(buffer, start + (next * dtype.Size));
            start += States.BytesOf(dtype, count);
        }
    }

    // The states of chunks: each value of the state in an array of its own.
    private struct States(ReductionProgram program)
    {
        public GpuBuffer? Buffer;

        /// <summary>How many there is room for.</summary>
        public long Count;

        /// <summary>How many are wanted.</summary>
        public long Chunks;

        /// <summary>How many are filled.</summary>
        public long Next;

        public static long BytesOf(DType dtype, long count) => ((count * dtype.Size) + 15) & ~15;

        public void Allocate(GpuDevice gpu, long count)
        {
            var bytes = 0L;
            foreach (var dtype in program.State)
                bytes += BytesOf(dtype, count);
            Count = count;
            Buffer = gpu.Allocate(bytes);
        }
    }
}
