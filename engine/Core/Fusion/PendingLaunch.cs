namespace KernelEngine;

/// <summary>A launch of pending calls, taken out of a <see cref="PendingQueue"/>: it runs without its gate.</summary>
internal struct PendingLaunch
{
    private readonly PointwiseProgram? program;
    private readonly PendingProduct? product;
    private readonly long[] parameters;
    private readonly PendingResult[] results;
    private DeviceBuffer[] memory;

    /// <summary>Takes what a walk found.</summary>
    /// <param name="program">What computes the results.</param>
    /// <param name="graph">The walk.</param>
    /// <param name="written">The calls that it computes.</param>
    /// <param name="results">Their results that it writes, in the order of the program's outputs.</param>
    public PendingLaunch(PointwiseProgram program, PendingGraph graph, PendingCall[] written, PendingResult[] results)
    {
        (this.program, this.results, Written) = (program, results, written);
        parameters = graph.ToParameters();
        IsFused = graph.Calls.Count > 1;
        Leaves = graph.Leaves.ToArray();
        memory = [];
    }

    /// <summary>Takes a product.</summary>
    /// <param name="product">The product.</param>
    /// <param name="written">The product's call, or the sum of it and something.</param>
    /// <param name="addend">What is added to it, if anything.</param>
    public PendingLaunch(PendingProduct product, PendingCall written, Operand? addend)
    {
        (this.product, results, Written) = (product, written.Results, [written]);
        parameters = [];
        IsFused = addend is not null;
        Leaves = addend is { } operand ? [product.A, product.B, operand] : [product.A, product.B];
        memory = [];
    }

    /// <summary>Whether it computes more than one call.</summary>
    public bool IsFused { get; }

    /// <summary>What it reads.</summary>
    public Operand[] Leaves { get; }

    /// <summary>The calls whose results it writes.</summary>
    public PendingCall[] Written { get; }

    /// <summary>Launches it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="target">What to write, instead of new memory.</param>
    public void Run(ComputeDevice device, Operand? target)
    {
        if (product is not null)
        {
            memory = [device.Backend.Allocate(device, results[0].ByteCount)];
            Matmul.Launch(product, new(memory[0], product.Layout, product.A.DType), Leaves.AsSpan(2));
            return;
        }

        var inputs = Leaves.Length;
        var count = inputs + results.Length;
        var inline = default(InlineOperands);
        var operands = count <= InlineOperands.Length ? inline.AsSpan(count) : new Operand[count];
        Leaves.CopyTo(operands);
        if (target is { } own)
            operands[inputs] = own;
        else
        {
            memory = new DeviceBuffer[results.Length];
            for (var i = 0; i < memory.Length; i++)
            {
                memory[i] = device.Backend.Allocate(device, results[i].ByteCount);
                operands[inputs + i] = new(memory[i], results[i].Call.Layout, results[i].DType);
            }
        }

        device.Backend.Run(new PointwiseLaunch { Program = program!, Operands = operands, Parameters = parameters });
    }

    /// <summary>Gives the results their memory. Under the gate.</summary>
    public readonly void Publish()
    {
        for (var i = 0; i < memory.Length; i++)
        {
            var result = results[i];
            memory[i].Readers += result.Consumers;
            result.Buffer = memory[i];
            if (!result.IsFreed)
                continue;
            if (memory[i].Readers == 0)
                memory[i].Free();
            else
                memory[i].IsAbandoned = true;
        }
    }
}
