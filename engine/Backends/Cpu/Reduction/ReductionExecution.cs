using System.Runtime.InteropServices;

namespace KernelEngine.Cpu;

/// <summary>Runs reductions over operands.</summary>
internal static unsafe class ReductionExecution
{
    private const long MostScratch = 1 << 20;

    /// <summary>Runs a launch.</summary>
    public static void Run(in ReductionLaunch launch)
    {
        var shape = launch.Outputs[0].Layout.Shape;
        var kept = shape.ElementCount;
        if (kept == 0)
            return;
        if (kept == 1 && launch.Inputs[0].Layout.ElementCount == 1)
        {
            RunSingle(launch);
            return;
        }

        int inputs = launch.Inputs.Length, keptRank = shape.Rank, reducedRank = launch.ReducedRank;
        var count = inputs + launch.Outputs.Length;
        var numbers = stackalloc long[((keptRank + reducedRank + 2) * (inputs + 1)) + count];
        var code = ReductionCode.Of(launch.Program);
        var plan = new ReductionPlan
        {
            Program = launch.Program,
            Code = code,
            Kept = kept,
            KeptSizes = numbers,
        };
        plan.KeptStrides = plan.KeptSizes + keptRank + 1;
        plan.ReducedSizes = plan.KeptStrides + (inputs * (keptRank + 1));
        plan.ReducedStrides = plan.ReducedSizes + reducedRank + 1;
        var data = (byte**)(plan.ReducedStrides + (inputs * (reducedRank + 1)));
        plan.SetShape(launch.Inputs, shape, reducedRank);
        fixed (long* parameters = launch.Parameters)
        {
            plan.Parameters = parameters;
            plan.ParameterCount = launch.Parameters.Length;
            var job = new LaunchJob { Plan = plan, Outputs = launch.Outputs };
            Pinning.Run(launch.Inputs, data, ref job);
        }
    }

    // One element in, one out: no lanes to fill.
    private static void RunSingle(in ReductionLaunch launch)
    {
        var count = launch.Inputs.Length + launch.Outputs.Length;
        var inline = default(InlineOperands);
        var operands = count <= InlineOperands.Length ? inline.AsSpan(count) : new Operand[count];
        launch.Inputs.CopyTo(operands);
        launch.Outputs.CopyTo(operands[launch.Inputs.Length..]);
        PointwiseExecution.Run(new PointwiseLaunch
        {
            Program = launch.Program.Single,
            Operands = operands,
            Parameters = launch.Parameters,
        });
    }

    private static void Reduce(ref ReductionPlan plan)
    {
        var tasks = plan.TaskCount;
        var work = plan.Order.Elements * plan.Kept * Math.Max(1, plan.Code.Step.Steps.Length);
        if (work > Parallelism.Worthwhile && tasks > 1)
        {
            var blocks = (int)Math.Min(tasks, work / (Parallelism.Worthwhile / 2));
            Parallelism.Run(new TaskJob { Plan = plan, Tasks = tasks, Blocks = blocks }, blocks, work / 4);
        }
        else
        {
            new TaskJob { Plan = plan, Tasks = tasks, Blocks = 1 }.Invoke(0);
        }
    }

    private static void FinishOne(ref ReductionPlan plan, Workspace workspace)
    {
        var finish = plan.Code.Finish;
        var runner = new StateRunner(finish, workspace, plan.FinishParameters, 1, 1);
        for (var i = 0; i < plan.Code.StateCount; i++)
            runner.SetInput(i, plan.Partials.At(i, 0));
        var blocks = stackalloc byte*[finish.OutputCount];
        for (var i = 0; i < finish.OutputCount; i++)
            runner.SetOutput(i, blocks[i] = workspace.Take(128));
        runner.Run(1);
        for (var i = 0; i < finish.OutputCount; i++)
        {
            var target = plan.Data[plan.Program.Inputs.Length + i];
            if (finish.Stores[i] == 0)
                Buffer.MemoryCopy(blocks[i], target, 8, finish.WidthOf(finish.InputCount + i));
            else
                ((delegate*<byte*, byte*, byte*, byte*, nint, void>)finish.Stores[i])(target, blocks[i], null, null, 1);
        }
    }

    private static void FinishAll(ref ReductionPlan plan, ReadOnlySpan<Operand> outputs)
    {
        var shape = outputs[0].Layout.Shape;
        int states = plan.Code.StateCount, count = states + outputs.Length, rank = shape.Rank;
        var addresses = stackalloc byte*[count];
        var sizes = stackalloc long[rank + 1];
        var strides = stackalloc long[count * (rank + 1)];
        var reaches = stackalloc Reach[count];
        var isLinear = true;
        for (var i = 0; i < states; i++)
            addresses[i] = plan.Partials.At(i, 0);
        for (var i = 0; i < outputs.Length; i++)
        {
            addresses[states + i] = plan.Data[plan.Program.Inputs.Length + i];
            isLinear &= outputs[i].Layout.IsContiguous;
        }

        fixed (long* parameters = plan.FinishParameters)
        {
            var finish = new PointwisePlan
            {
                Program = plan.Code.Finish,
                Data = addresses,
                Parameters = parameters,
                Sizes = sizes,
                Strides = strides,
                Reaches = reaches,
            };
            if (isLinear)
            {
                finish.SetLinear(plan.Kept);
            }
            else
            {
                shape.AsSpan().CopyTo(new(sizes, rank));
                var dense = Layout.ContiguousStrides(shape);
                for (var k = 0; k < count; k++)
                {
                    var own = k < states ? dense : outputs[k - states].Layout.Strides;
                    own.CopyTo(new(strides + (k * rank), rank));
                }

                finish.SetStrided(sizes, strides, rank);
            }

            PointwiseExecution.RunPlan(ref finish, plan.Kept);
        }
    }

    private ref struct LaunchJob : IPinned
    {
        public ReductionPlan Plan;
        public ReadOnlySpan<Operand> Outputs;

        public void Run(byte** data)
        {
            if (Plan.Data == null)
            {
                // The inputs are held in place; now the outputs.
                Plan.Data = data;
                Pinning.Run(Outputs, data + Plan.Program.Inputs.Length, ref this);
                return;
            }

            var code = Plan.Code;
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            var states = Plan.Kept * Plan.Order.Chunks;
            var bytes = StateMemory.BytesOf(code, states);
            var large = bytes > MostScratch ? NativeMemory.AlignedAlloc((nuint)bytes, 64) : null;
            try
            {
                var values = stackalloc byte*[code.StateCount];
                var start = large == null ? workspace.Take((nint)bytes) : (byte*)large;
                Plan.Partials = new(code, values, start, states);
                if (Plan.Order.Elements == 0)
                {
                    Plan.Partials.Clear(Plan.Kept);
                }
                else
                {
                    Reduce(ref Plan);
                    if (Plan.Order.Chunks > 1)
                    {
                        new StateRunner(code.Combine, workspace, default, StateRunner.MostLanes, states)
                            .Fold(Plan.Partials, Plan.Order.Chunks, Plan.Kept);
                    }
                }

                if (Plan.Kept == 1)
                    FinishOne(ref Plan, workspace);
                else
                    FinishAll(ref Plan, Outputs);
            }
            finally
            {
                workspace.Release(mark);
                NativeMemory.AlignedFree(large);
            }
        }
    }

    private struct TaskJob : IJob
    {
        public ReductionPlan Plan;
        public long Tasks;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var first = Tasks * block / Blocks;
                var end = Tasks * (block + 1) / Blocks;
                if (Plan.KeptBlock == 0)
                    new AlongReduction(in Plan, workspace).Run(first, end);
                else
                    new AcrossReduction(in Plan, workspace).Run(first, end);
            }
            finally
            {
                workspace.Release(mark);
            }
        }
    }
}
