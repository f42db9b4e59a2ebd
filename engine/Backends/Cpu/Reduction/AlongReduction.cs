using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>
/// Reduces one chunk of one kept element after the other; lanes are neighbours among the reduced ones.
/// </summary>
internal readonly unsafe ref struct AlongReduction
{
    private const int Pad = 16;

    private readonly ref readonly ReductionPlan plan;
    private readonly StateMemory state;
    private readonly StateRunner step;
    private readonly StateRunner combine;
    private readonly EmittedCode? rounds;
    private readonly byte** at;     // of each input: the elements of a chunk, as registers
    private readonly byte** blocks; // of each input: room for them
    private readonly bool* isDirect;
    private readonly byte* raw;
    private readonly long* places;

    public AlongReduction(ref readonly ReductionPlan plan, Workspace workspace)
    {
        this.plan = ref plan;
        var code = plan.Code;
        var lanes = plan.Order.Lanes;
        int states = code.StateCount, inputs = plan.Program.Inputs.Length;
        var elements = plan.Order.Elements * plan.Kept;
        state = StateMemory.Take(code, workspace, lanes);
        step = new(code.Step, workspace, plan.LiftParameters, lanes, elements);
        combine = new(code.Combine, workspace, default, lanes, plan.Kept * lanes);
        rounds = plan.Order.Elements >= lanes * 2 && code.Step.Steps.Length <= 200
            ? Compilation.Find(code.Step, 0, elements, lanes)
            : null;
        at = (byte**)workspace.Take(inputs * ((2 * sizeof(byte*)) + sizeof(bool)));
        blocks = at + inputs;
        isDirect = (bool*)(blocks + inputs);
        var room = (nint)Math.Min(ReductionOrder.ChunkLength, plan.Order.Elements) + (2 * Pad);
        var staged = false;
        for (var k = 0; k < inputs; k++)
        {
            isDirect[k] = plan.ReducedRank == 1 && plan.ReducedStrides[k] == 1 && code.Step.Loads[states + k] == 0 &&
                plan.Order.Elements >= lanes;
            staged |= !isDirect[k];
            blocks[k] = workspace.Take((isDirect[k] ? lanes : room) * code.Step.WidthOf(states + k));
        }

        raw = staged ? workspace.Take(room * sizeof(long)) : null;
        places = plan.Program.UsesPlace ? (long*)workspace.Take(room * sizeof(long)) : null;
    }

    /// <summary>Does the tasks from one to before another.</summary>
    public void Run(long first, long end)
    {
        var order = plan.Order;
        var hasPlaces = false;
        for (var task = first; task < end; task++)
        {
            var element = order.Chunks == 1 ? task : task / order.Chunks;
            var part = task - (element * order.Chunks);
            var start = part * ReductionOrder.ChunkLength;
            var length = order.LengthOf(part);
            for (var k = 0; k < plan.Program.Inputs.Length; k++)
                Stage(k, element, start, length);
            if (places != null && !(hasPlaces && order.Chunks == 1))
            {
                for (var i = 0; i < length; i++)
                    places[i] = start + i;
                hasPlaces = true;
            }

            Reduce(length);
            state.CopyTo(plan.Partials, 0, (part * plan.Kept) + element, 1);
        }
    }

    private void Reduce(int length)
    {
        var lanes = plan.Order.Lanes;
        var active = Math.Min(lanes, length);
        state.Clear(lanes);
        var done = 0;
        if (rounds is not null && length >= lanes)
        {
            done = length - (length % lanes);
            Set(0);
            step.RunRounds(rounds, done);
        }

        for (; done < length; done += lanes)
        {
            Set(done);
            var n = Math.Min(lanes, length - done);
            if ((n & (Pad - 1)) != 0)
                SetTail(n);
            step.Run(n);
        }

        combine.Fold(state, active, 1);
    }

    private void Set(int done)
    {
        var states = plan.Code.StateCount;
        for (var i = 0; i < states; i++)
        {
            step.SetInput(i, state.At(i, 0));
            step.SetOutput(i, state.At(i, 0));
        }

        var inputs = plan.Program.Inputs.Length;
        for (var k = 0; k < inputs; k++)
            step.SetInput(states + k, at[k] + (done * plan.Code.Step.WidthOf(states + k)));
        if (places != null)
            step.SetInput(states + inputs, (byte*)(places + done));
    }

    // Whole vectors are read, but not beyond what belongs to the operand.
    private void SetTail(int count)
    {
        var states = plan.Code.StateCount;
        for (var k = 0; k < plan.Program.Inputs.Length; k++)
        {
            if (!isDirect[k])
                continue;
            Unsafe.CopyBlockUnaligned(
                blocks[k], step.InputAt(states + k), (uint)(count * plan.Code.Step.WidthOf(states + k)));
            step.SetInput(states + k, blocks[k]);
        }
    }

    private void Stage(int k, long element, long start, int length)
    {
        var states = plan.Code.StateCount;
        var size = plan.Program.Inputs[k].Size;
        var source = plan.Data[k] + (ReductionPlan.Offset(
            element, plan.KeptRank, plan.KeptSizes, plan.KeptStrides + (k * plan.KeptRank)) * size);
        if (isDirect[k])
        {
            at[k] = source + (start * size);
            return;
        }

        at[k] = blocks[k];
        var load = (delegate*<byte*, byte*, byte*, byte*, nint, void>)plan.Code.Step.Loads[states + k];
        if (load != null && plan.ReducedRank == 1 && plan.ReducedStrides[k] == 1)
        {
            load(blocks[k], source + (start * size), null, null, length);
            return;
        }

        Walker.Gather(source, size, plan.ReducedRank, plan.ReducedSizes,
            plan.ReducedStrides + (k * plan.ReducedRank), start, load == null ? blocks[k] : raw, length);
        if (load != null)
            load(blocks[k], raw, null, null, length);
    }
}
