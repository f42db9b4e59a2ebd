namespace KernelEngine.Cpu;

/// <summary>Runs the programs of a reduction over states in a thread's scratch memory.</summary>
internal readonly unsafe ref struct StateRunner
{
    private readonly ReductionProgram program;
    private readonly SegmentRunner runner;
    private readonly nint* places;
    private readonly long* places64; // the places of elements, where the lift wants them
    private readonly int operands;
    private readonly int length;

    /// <summary>Makes a runner.</summary>
    /// <param name="program">The reduction.</param>
    /// <param name="run">Its step or its combination.</param>
    /// <param name="workspace">Where its blocks lie.</param>
    /// <param name="parameters">The parameters of the step.</param>
    /// <param name="steps">Of a step: how far apart the elements of each input are.</param>
    /// <param name="length">How many elements it runs at once at most.</param>
    public StateRunner(
        ReductionProgram program, PointwiseProgram run, Workspace workspace, long* parameters, long* steps, int length)
    {
        this.program = program;
        var isStep = steps != null;
        var cpu = CpuProgram.Of(run);
        operands = cpu.InputCount + cpu.OutputCount;
        var box = new PlanBox();
        var strides = (long*)workspace.Take(operands * sizeof(long));
        var reaches = (Reach*)workspace.Take(operands);
        places = (nint*)workspace.Take(operands * sizeof(nint));
        this.length = Math.Min(length, cpu.BlockLength);
        for (var k = 0; k < operands; k++)
        {
            var input = k - program.State.Length;
            strides[k] = isStep && input >= 0 && input < program.Inputs.Length ? steps[input] : 1;
            reaches[k] = strides[k] == 1 ? Reach.Unit : strides[k] == 0 ? Reach.Repeat : Reach.Stride;
            places[k] = 0;
        }

        places64 = isStep && program.UsesPlace ? (long*)workspace.Take(length * sizeof(long)) : null;
        box.Plan = new()
        {
            Program = cpu,
            Data = (byte**)places,
            Parameters = parameters,
            Rank = 1,
            Sizes = null,
            Strides = strides,
            Reaches = reaches,
            RowLength = this.length,
            SegmentLength = this.length,
            SegmentsPerRow = 1,
            SegmentCount = 1,
        };
        box.Plan.FindCode(length * 64L);
        runner = new(in box.Plan, workspace);
    }

    /// <summary>Combines states with elements.</summary>
    /// <param name="states">The states.</param>
    /// <param name="place">The first of them.</param>
    /// <param name="elements">The first element of each input.</param>
    /// <param name="first">The place of the first element among the reduced ones.</param>
    /// <param name="isRow">Whether the next element's place is the next one; else all have the same.</param>
    /// <param name="count">How many.</param>
    public void Step(StateMemory states, long place, byte** elements, long first, bool isRow, int count)
    {
        int width = program.State.Length, inputs = program.Inputs.Length;
        for (var done = 0; done < count; done += length)
        {
            var n = Math.Min(length, count - done);
            for (var i = 0; i < width; i++)
                places[i] = places[operands - width + i] = states.At(i, place + done);
            for (var k = 0; k < inputs; k++)
            {
                places[width + k] = (nint)elements[k] +
                    (nint)(done * runner.StrideOf(width + k) * program.Inputs[k].Size);
            }

            if (places64 != null)
            {
                for (var i = 0; i < n; i++)
                    places64[i] = isRow ? first + done + i : first;
                places[width + inputs] = (nint)places64;
            }

            runner.RunAt(new(places, operands), n);
        }
    }

    /// <summary>Folds rows of states in halves until one is left.</summary>
    /// <param name="states">The states, row after row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="width">How many states in a row.</param>
    public void Fold(StateMemory states, long rows, long width)
    {
        while (rows > 1)
        {
            var half = ReductionOrder.Half(rows);
            Combine(states, half * width, (rows - half) * width);
            rows = half;
        }
    }

    private void Combine(StateMemory states, long other, long count)
    {
        var width = program.State.Length;
        for (var done = 0L; done < count; done += length)
        {
            var n = (nint)Math.Min(length, count - done);
            for (var i = 0; i < width; i++)
            {
                places[i] = places[operands - width + i] = states.At(i, done);
                places[width + i] = states.At(i, other + done);
            }

            runner.RunAt(new(places, operands), n);
        }
    }

    private sealed class PlanBox
    {
        public PointwisePlan Plan;
    }
}
