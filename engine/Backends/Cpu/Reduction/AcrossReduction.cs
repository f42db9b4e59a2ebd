namespace KernelEngine.Cpu;

/// <summary>
/// Reduces one chunk of a block of kept elements after the other; lanes are neighbours among the kept ones.
/// </summary>
internal readonly unsafe ref struct AcrossReduction
{
    private const int Pad = 16;

    private readonly ref readonly ReductionPlan plan;
    private readonly StateMemory state;
    private readonly StateRunner step;
    private readonly StateRunner combine;
    private readonly byte** blocks; // of each input: room for a row, as registers
    private readonly byte* raw;
    private readonly long* places;
    private readonly bool isPlain; // rows are registers one after the other, and lie evenly apart

    public AcrossReduction(ref readonly ReductionPlan plan, Workspace workspace)
    {
        this.plan = ref plan;
        var code = plan.Code;
        int states = code.StateCount, inputs = plan.Program.Inputs.Length, width = plan.KeptBlock;
        var elements = plan.Order.Elements * plan.Kept;
        state = StateMemory.Take(code, workspace, (long)plan.Order.Lanes * width);
        step = new(code.Step, workspace, plan.LiftParameters, width, elements);
        combine = new(code.Combine, workspace, default, StateRunner.MostLanes, plan.Kept * plan.Order.Lanes);
        blocks = (byte**)workspace.Take(inputs * sizeof(byte*));
        for (var k = 0; k < inputs; k++)
            blocks[k] = workspace.Take((width + Pad) * code.Step.WidthOf(states + k));
        raw = workspace.Take((width + Pad) * sizeof(long));
        isPlain = plan.KeptRank == 1 && plan.ReducedRank == 1 && !plan.Program.UsesPlace;
        for (var k = 0; k < inputs; k++)
            isPlain &= plan.KeptStrides[k] == 1 && code.Step.Loads[states + k] == 0;
        places = plan.Program.UsesPlace ? (long*)workspace.Take((width + Pad) * sizeof(long)) : null;
    }

    /// <summary>Does the tasks from one to before another.</summary>
    public void Run(long first, long end)
    {
        var order = plan.Order;
        for (var task = first; task < end; task++)
        {
            var block = task / order.Chunks;
            var part = task - (block * order.Chunks);
            var element = block * plan.KeptBlock;
            var count = (int)Math.Min(plan.KeptBlock, plan.Kept - element);

            // Rows of states have whole vectors: what is computed behind the last element stays within its row.
            var pitch = (count + Pad - 1) & -Pad;
            var start = part * ReductionOrder.ChunkLength;
            var length = order.LengthOf(part);
            var active = Math.Min(order.Lanes, length);
            state.Clear((long)active * pitch);
            if (isPlain && pitch == count && count <= step.Length)
                Rows(element, count, start, length);
            else
            {
                for (var i = 0; i < length; i++)
                    Step(element, count, pitch, start + i, (long)(i & (order.Lanes - 1)) * pitch);
            }

            combine.Fold(state, active, pitch);
            state.CopyTo(plan.Partials, 0, (part * plan.Kept) + element, count);
        }
    }

    // Rows that are run where they lie.
    private void Rows(long element, int count, long start, int length)
    {
        int states = plan.Code.StateCount, inputs = plan.Program.Inputs.Length, lanes = plan.Order.Lanes;
        for (var k = 0; k < inputs; k++)
        {
            step.SetInput(states + k, plan.Data[k] +
                (((start * plan.ReducedStrides[k]) + element) * plan.Code.Step.WidthOf(states + k)));
        }

        for (var i = 0; i < length; i++)
        {
            for (var s = 0; s < states; s++)
            {
                var at = state.At(s, (long)(i & (lanes - 1)) * count);
                step.SetInput(s, at);
                step.SetOutput(s, at);
            }

            step.Run(count);
            for (var k = states; k < states + inputs; k++)
            {
                step.SetInput(k,
                    step.InputAt(k) + (plan.ReducedStrides[k - states] * plan.Code.Step.WidthOf(k)));
            }
        }
    }

    private void Step(long element, int count, int pitch, long place, long row)
    {
        int states = plan.Code.StateCount, inputs = plan.Program.Inputs.Length;
        for (var done = 0; done < count; done += step.Length)
        {
            var n = Math.Min(step.Length, count - done);
            for (var i = 0; i < states; i++)
            {
                var at = state.At(i, row + done);
                step.SetInput(i, at);
                step.SetOutput(i, at);
            }

            for (var k = 0; k < inputs; k++)
                step.SetInput(states + k, Stage(k, element + done, n, place));
            if (places != null)
            {
                new Span<long>(places, n).Fill(place);
                step.SetInput(states + inputs, (byte*)places);
            }

            // Steps that run element by element must not run for what lies behind the last one.
            step.Run(plan.Code.Step.HasExactSteps ? n : Math.Min(step.Length, pitch - done));
        }
    }

    // A row of an input as registers, with room behind it to be read.
    private byte* Stage(int k, long element, int count, long place)
    {
        var size = plan.Program.Inputs[k].Size;
        var source = plan.Data[k] + (ReductionPlan.Offset(
            place, plan.ReducedRank, plan.ReducedSizes, plan.ReducedStrides + (k * plan.ReducedRank)) * size);
        var load = (delegate*<byte*, byte*, byte*, byte*, nint, void>)
            plan.Code.Step.Loads[plan.Code.StateCount + k];
        if (plan.KeptRank == 1 && plan.KeptStrides[k] == 1)
        {
            source += element * size;
            if (load == null && (count & (Pad - 1)) == 0)
                return source;
            if (load == null)
                Buffer.MemoryCopy(source, blocks[k], count * size, count * size);
            else
                load(blocks[k], source, null, null, count);
            return blocks[k];
        }

        Walker.Gather(source, size, plan.KeptRank, plan.KeptSizes, plan.KeptStrides + (k * plan.KeptRank),
            element, load == null ? blocks[k] : raw, count);
        if (load != null)
            load(blocks[k], raw, null, null, count);
        return blocks[k];
    }
}
