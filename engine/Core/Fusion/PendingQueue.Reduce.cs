namespace KernelEngine;

/// <content>Reductions of what is pending.</content>
internal sealed partial class PendingQueue
{
    /// <summary>Reduces what is pending without writing it, if that gives the same bits.</summary>
    /// <returns>Whether it was done.</returns>
    public bool TryReduce(
        PendingResult input, ReductionProgram reduction, ReadOnlySpan<int> dimensions,
        ReadOnlySpan<long> parameters, ReadOnlySpan<Operand> outputs)
    {
        ReductionProgram program;
        Operand[] operands;
        long[] all;
        int reducedRank;
        lock (gate)
        {
            var call = input.Call;
            if (call.IsDone || call.IsRunning || call.Product is not null || !Fusion.IsOn)
                return false;
            graph.Begin(call.Layout.Shape);
            graph.Visit(call);
            if (!IsReducible(call, Math.Max(reduction.State.Length, reduction.Outputs.Length)))
                return false;
            var hash = new StructureHash((ulong)reduction.Id);
            hash.Add(FusedPrograms.KeyOf(graph, [input]));
            if (!IsWorthwhile(hash.Value))
                return false;
            program = FusedPrograms.Of(hash.Value, graph, input.Index, reduction);
            operands = graph.Leaves.ToArray();
            reducedRank = 0;
            for (var i = 0; i < operands.Length; i++)
            {
                operands[i].Buffer.Readers++;
                var form = new ReductionForm(operands[i].Layout, dimensions, false);
                operands[i] = operands[i] with { Layout = form.Ordered };
                reducedRank = form.ReducedRank;
            }

            all = [.. graph.ToParameters(), .. parameters];
            input.IsRead = true;
            foreach (var each in graph.Calls)
                each.Evaluations++;
            graph.Clear();
        }

        try
        {
            device.Backend.Run(new ReductionLaunch
            {
                Program = program,
                Inputs = operands,
                Outputs = outputs,
                ReducedRank = reducedRank,
                Parameters = all,
            });
        }
        catch (TensorException)
        {
            // By itself, after what it reads.
            return false;
        }
        finally
        {
            lock (gate)
            {
                foreach (var operand in operands)
                    ReleaseReader(operand.Buffer);
            }
        }

        return true;
    }

    // The same order of combination as for memory: the operands lie as the result would, or repeat one element.
    private bool IsReducible(PendingCall call, int written)
    {
        if (graph.Calls.Count > MostCalls || graph.Leaves.Count > LeavesBeside(written) || graph.FirstScalar == 0 ||
            graph.Products.Count > 0)
            return false;
        for (var i = 0; i < graph.FirstScalar; i++)
        {
            if (!graph.Leaves[i].Layout.Strides.SequenceEqual(call.Layout.Strides))
                return false;
        }

        return graph.Calls.TrueForAll(c => c.Evaluations < MostEvaluations);
    }
}
