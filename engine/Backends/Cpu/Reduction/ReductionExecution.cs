namespace KernelEngine.Cpu;

/// <summary>Runs reductions over operands.</summary>
internal static unsafe class ReductionExecution
{
    /// <summary>Elements of kept dimensions that are reduced together.</summary>
    private const int KeptBlock = 128;

    /// <summary>Runs a launch.</summary>
    public static void Run(in ReductionLaunch launch)
    {
        var shape = launch.Outputs[0].Layout.Shape;
        var kept = shape.ElementCount;
        if (kept == 0)
            return;
        int inputs = launch.Inputs.Length, keptRank = shape.Rank, reducedRank = launch.ReducedRank;
        var numbers = stackalloc long[((keptRank + reducedRank + 2) * (inputs + 1)) + inputs + launch.Outputs.Length];
        var operands = new Operand[inputs + launch.Outputs.Length];
        launch.Inputs.CopyTo(operands);
        launch.Outputs.CopyTo(operands.AsSpan(inputs));
        fixed (long* parameters = launch.Parameters)
        {
            var job = new ReductionJob { Program = launch.Program, Parameters = parameters, Kept = kept };
            job.KeptSizes = numbers;
            job.KeptStrides = job.KeptSizes + keptRank + 1;
            job.ReducedSizes = job.KeptStrides + (inputs * (keptRank + 1));
            job.ReducedStrides = job.ReducedSizes + reducedRank + 1;
            var data = (byte**)(job.ReducedStrides + (inputs * (reducedRank + 1)));

            var reduced = 1L;
            for (var d = 0; d < keptRank; d++)
                job.KeptSizes[d] = shape[d];
            for (var d = 0; d < reducedRank; d++)
            {
                var size = inputs > 0 ? launch.Inputs[0].Layout.Shape[keptRank + d] : 1;
                job.ReducedSizes[d] = size;
                reduced *= size;
            }

            for (var k = 0; k < inputs; k++)
            {
                var strides = launch.Inputs[k].Layout.Strides;
                strides[..keptRank].CopyTo(new(job.KeptStrides + (k * keptRank), keptRank));
                strides[keptRank..].CopyTo(new(job.ReducedStrides + (k * reducedRank), reducedRank));
            }

            job.KeptRank = Dimensions.CollapseInOrder(job.KeptSizes, job.KeptStrides, keptRank, inputs);
            job.ReducedRank = Dimensions.CollapseInOrder(job.ReducedSizes, job.ReducedStrides, reducedRank, inputs);
            job.Order = new(reduced);
            job.Choose();
            job.Outputs = operands.AsMemory(inputs);
            Pinning.Run(operands, data, ref job);
        }
    }

    private struct ReductionJob : IPinned
    {
        public ReductionProgram Program;
        public ReadOnlyMemory<Operand> Outputs;
        public ReductionOrder Order;
        public long* Parameters;
        public byte** Data;
        public long Kept;
        public int KeptRank;
        public int ReducedRank;
        public long* KeptSizes;
        public long* KeptStrides;
        public long* ReducedSizes;
        public long* ReducedStrides;
        public StateMemory Partials;
        public int KeptLength; // kept elements of a task; 0 where tasks go along the reduced elements

        /// <summary>Whether to go along the reduced elements, or along the kept ones.</summary>
        public void Choose()
        {
            var along = Kept < 8 || Order.Elements > 8;
            if (along && Kept >= 8)
            {
                // What lies closer together in memory.
                long reducedStep = 0, keptStep = 0;
                for (var k = 0; k < Program.Inputs.Length; k++)
                {
                    reducedStep += Math.Min(16, Math.Abs(ReducedStrides[(k * ReducedRank) + ReducedRank - 1]));
                    keptStep += Math.Min(16, Math.Abs(KeptStrides[(k * KeptRank) + KeptRank - 1]));
                }

                along = reducedStep <= keptStep && Order.Elements >= 32;
            }

            KeptLength = along ? 0 : KeptBlock;
        }

        public void Run(byte** data)
        {
            Data = data;
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                Partials = StateMemory.Take(Program, workspace, Kept * Order.Chunks);
                if (Order.Elements == 0)
                {
                    Partials.Clear(Kept);
                }
                else
                {
                    var tasks = KeptLength == 0
                        ? Order.Chunks
                        : Order.Chunks * ((Kept + KeptLength - 1) / KeptLength);
                    var groups = KeptLength == 0 ? Kept : 1;
                    ReduceAll(tasks * groups);
                    FoldChunks(workspace);
                }

                Finish();
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        private void ReduceAll(long tasks)
        {
            var work = Order.Elements * Kept * Program.Step.Code.Length;
            if (work > Parallelism.Worthwhile && tasks > 1)
            {
                var blocks = (int)Math.Min(tasks, work / (Parallelism.Worthwhile / 2));
                Parallelism.Run(new TaskJob { Job = this, Tasks = tasks, Blocks = blocks }, blocks, work / 4);
            }
            else
            {
                new TaskJob { Job = this, Tasks = tasks, Blocks = 1 }.Invoke(0);
            }
        }

        private readonly void FoldChunks(Workspace workspace)
        {
            if (Order.Chunks == 1)
                return;
            var runner = new StateRunner(Program, Program.Combine, workspace, null, null, 1024);
            runner.Fold(Partials, Order.Chunks, Kept);
        }

        private readonly void Finish()
        {
            var program = CpuProgram.Of(Program.Finish);
            var outputs = Outputs.Span;
            int states = Program.State.Length, count = states + outputs.Length;
            var rank = outputs[0].Layout.Rank;
            var addresses = stackalloc byte*[count];
            var sizes = stackalloc long[rank + 1];
            var strides = stackalloc long[count * (rank + 1)];
            var reaches = stackalloc Reach[count];
            var isLinear = true;
            for (var i = 0; i < states; i++)
                addresses[i] = (byte*)Partials.At(i, 0);
            for (var i = 0; i < outputs.Length; i++)
            {
                addresses[states + i] = Data[Program.Inputs.Length + i];
                isLinear &= Kept == 1 || outputs[i].Layout.IsContiguous;
            }

            var plan = new PointwisePlan
            {
                Program = program,
                Data = addresses,
                Parameters = Parameters + Program.LiftParameters.Length,
                Sizes = sizes,
                Strides = strides,
                Reaches = reaches,
            };
            if (isLinear)
            {
                plan.SetLinear(Kept);
            }
            else
            {
                outputs[0].Layout.Shape.AsSpan().CopyTo(new(sizes, rank));
                for (var k = 0; k < count; k++)
                {
                    ReadOnlySpan<long> own = k < states
                        ? Layout.ContiguousStrides(outputs[0].Layout.Shape)
                        : outputs[k - states].Layout.Strides;
                    own.CopyTo(new(strides + (k * rank), rank));
                }

                plan.SetStrided(sizes, strides, rank);
            }

            PointwiseExecution.RunPlan(ref plan, Kept);
        }
    }

    private struct TaskJob : IJob
    {
        public ReductionJob Job;
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
                if (Job.KeptLength == 0)
                    Along(first, end, workspace);
                else
                    Across(first, end, workspace);
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        // One kept element and one chunk at a time; lanes are neighbours among the reduced elements.
        private readonly void Along(long first, long end, Workspace workspace)
        {
            ref readonly var job = ref Job;
            var order = job.Order;
            var program = job.Program;
            var inputs = program.Inputs.Length;
            var lanes = order.Lanes;
            var state = StateMemory.Take(program, workspace, lanes);
            var walks = job.ReducedRank > 1;
            var chunk = stackalloc byte*[inputs];
            if (walks)
            {
                for (var k = 0; k < inputs; k++)
                {
                    chunk[k] = workspace.Take(
                        (nint)Math.Min(ReductionOrder.ChunkLength, order.Elements) * program.Inputs[k].Size);
                }
            }

            var steps = stackalloc long[inputs];
            for (var k = 0; k < inputs; k++)
                steps[k] = walks ? 1 : job.ReducedStrides[k];
            var step = new StateRunner(program, program.Step, workspace, job.Parameters, steps, lanes);
            var combine = new StateRunner(program, program.Combine, workspace, null, null, lanes);
            var at = stackalloc byte*[inputs];
            for (var task = first; task < end; task++)
            {
                var element = task / order.Chunks;
                var part = task - (element * order.Chunks);
                var start = part * ReductionOrder.ChunkLength;
                var length = order.LengthOf(part);
                for (var k = 0; k < inputs; k++)
                {
                    var size = program.Inputs[k].Size;
                    at[k] = job.Data[k] + (Offset(
                        element, job.KeptRank, job.KeptSizes, job.KeptStrides + (k * job.KeptRank)) * size);
                    if (walks)
                    {
                        Walker.Gather(at[k], size, job.ReducedRank, job.ReducedSizes,
                            job.ReducedStrides + (k * job.ReducedRank), start, chunk[k], length);
                        at[k] = chunk[k];
                    }
                    else
                    {
                        at[k] += start * steps[k] * size;
                    }
                }

                var active = Math.Min(lanes, length);
                state.Clear(active);
                for (var done = 0; done < length; done += lanes)
                {
                    step.Step(state, 0, at, start + done, isRow: true, Math.Min(lanes, length - done));
                    for (var k = 0; k < inputs; k++)
                        at[k] += lanes * steps[k] * program.Inputs[k].Size;
                }

                combine.Fold(state, active, 1);
                state.CopyTo(job.Partials, 0, (part * job.Kept) + element, 1);
            }
        }

        // Some kept elements and one chunk at a time; lanes are neighbours among the kept elements.
        private readonly void Across(long first, long end, Workspace workspace)
        {
            ref readonly var job = ref Job;
            var order = job.Order;
            var program = job.Program;
            var inputs = program.Inputs.Length;
            var width = (int)Math.Min(job.KeptLength, job.Kept);
            var state = StateMemory.Take(program, workspace, (long)order.Lanes * width);
            var walks = job.KeptRank > 1;
            var row = stackalloc byte*[inputs];
            var steps = stackalloc long[inputs];
            for (var k = 0; k < inputs; k++)
            {
                row[k] = walks ? workspace.Take(width * program.Inputs[k].Size) : null;
                steps[k] = walks ? 1 : job.KeptStrides[k];
            }

            var step = new StateRunner(program, program.Step, workspace, job.Parameters, steps, width);
            var combine = new StateRunner(program, program.Combine, workspace, null, null, 1024);
            var at = stackalloc byte*[inputs];
            for (var task = first; task < end; task++)
            {
                var block = task / order.Chunks;
                var part = task - (block * order.Chunks);
                var element = block * job.KeptLength;
                var count = (int)Math.Min(job.KeptLength, job.Kept - element);
                var start = part * ReductionOrder.ChunkLength;
                var length = order.LengthOf(part);
                var active = Math.Min(order.Lanes, length);
                state.Clear((long)active * count);
                for (var i = 0; i < length; i++)
                {
                    for (var k = 0; k < inputs; k++)
                    {
                        var size = program.Inputs[k].Size;
                        at[k] = job.Data[k] + (Offset(start + i, job.ReducedRank, job.ReducedSizes,
                            job.ReducedStrides + (k * job.ReducedRank)) * size);
                        if (walks)
                        {
                            Walker.Gather(at[k], size, job.KeptRank, job.KeptSizes,
                                job.KeptStrides + (k * job.KeptRank), element, row[k], count);
                            at[k] = row[k];
                        }
                        else
                        {
                            at[k] += element * steps[k] * size;
                        }
                    }

                    step.Step(state, (long)(i % order.Lanes) * count, at, start + i, isRow: false, count);
                }

                combine.Fold(state, active, count);
                state.CopyTo(job.Partials, 0, (part * job.Kept) + element, count);
            }
        }

        private static long Offset(long place, int rank, long* sizes, long* strides)
        {
            if (rank == 1)
                return place * strides[0];
            var offset = 0L;
            for (var d = rank - 1; d >= 0; d--)
            {
                var outer = place / sizes[d];
                offset += (place - (outer * sizes[d])) * strides[d];
                place = outer;
            }

            return offset;
        }
    }
}
