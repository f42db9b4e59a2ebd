namespace KernelEngine.Cpu;

/// <summary>Runs pointwise programs over operands.</summary>
internal static unsafe class PointwiseExecution
{
    /// <summary>Runs a launch, set by set.</summary>
    public static void Run(in PointwiseLaunch launch)
    {
        var program = CpuProgram.Of(launch.Program);
        var count = program.InputCount + program.OutputCount;
        var operands = launch.Operands;
        for (var first = 0; first + count <= operands.Length; first += count)
        {
            var set = operands.Slice(first, count);
            if (!ShortExecution.TryRun(program, set, launch.Parameters))
                RunSet(program, set, launch.Parameters);
        }
    }

    /// <summary>Runs a program over one set of operands.</summary>
    public static void RunSet(CpuProgram program, ReadOnlySpan<Operand> operands, ReadOnlySpan<long> parameters)
    {
        var leading = operands[^1].Layout;
        var elements = leading.ElementCount;
        if (elements == 0)
            return;
        var isLinear = true;
        if (elements > 1)
        {
            foreach (ref readonly var operand in operands)
                isLinear &= operand.Layout.IsContiguous;
        }

        var rank = isLinear ? 1 : leading.Rank;
        var numbers = stackalloc long[(operands.Length * (rank + 2)) + rank];
        var strides = numbers + operands.Length;
        var sizes = strides + (operands.Length * rank);
        fixed (long* fixedParameters = parameters)
        {
            var job = new SetJob
            {
                Elements = elements,
                Plan = new()
                {
                    Program = program,
                    Parameters = fixedParameters,
                    Sizes = sizes,
                    Strides = strides,
                    Reaches = (Reach*)(sizes + rank),
                },
            };
            if (isLinear)
            {
                job.Plan.SetLinear(elements);
            }
            else
            {
                leading.Shape.AsSpan().CopyTo(new(sizes, rank));
                for (var k = 0; k < operands.Length; k++)
                    operands[k].Layout.Strides.CopyTo(new(strides + (k * rank), rank));
                job.Plan.SetStrided(sizes, strides, rank);
            }

            Pinning.Run(operands, (byte**)numbers, ref job);
        }
    }

    /// <summary>Runs a plan whose memory is held in place.</summary>
    public static void RunPlan(ref PointwisePlan plan, long elements)
    {
        var work = elements * Math.Max(1, plan.Program.Steps.Length);
        if (work > Parallelism.Worthwhile && plan.SegmentCount > 1)
        {
            var blocks = (int)Math.Min(plan.SegmentCount, work / (Parallelism.Worthwhile / 2));
            Parallelism.Run(new SegmentJob { Plan = plan, Blocks = blocks }, blocks, work / 4);
            return;
        }

        RunSegments(ref plan, 0, plan.SegmentCount);
    }

    private static void RunSegments(ref readonly PointwisePlan plan, long first, long end)
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            new SegmentRunner(in plan, workspace).Run(first, end);
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    private struct SetJob : IPinned
    {
        public PointwisePlan Plan;
        public long Elements;

        public void Run(byte** data)
        {
            Plan.Data = data;
            RunPlan(ref Plan, Elements);
        }
    }

    private struct SegmentJob : IJob
    {
        public PointwisePlan Plan;
        public int Blocks;

        public readonly void Invoke(int block) => RunSegments(
            in Plan, Plan.SegmentCount * block / Blocks, Plan.SegmentCount * (block + 1) / Blocks);
    }
}
