namespace KernelEngine;

/// <summary>A pointwise program over some operands, not launched yet. All of its results are computed together.</summary>
/// <remarks>What changes is guarded by the gate of the device's <see cref="PendingQueue"/>.</remarks>
internal sealed class PendingCall
{
    public PendingCall(
        PointwiseProgram program, ComputeDevice device, Layout layout, PendingSource[] sources, long[] parameters)
    {
        (Program, Device, Layout, Sources, Parameters) = (program, device, layout, sources, parameters);
        var results = new PendingResult[program.Outputs.Length];
        for (var i = 0; i < results.Length; i++)
            results[i] = new(this, i);
        Results = results;
    }

    public PendingCall(PendingProduct product, Layout layout)
        : this(
            CopyPrograms.Copy(product.A.DType, product.A.DType), product.A.Buffer.Device, layout,
            [new(null, product.A.Buffer, product.A.Layout), new(null, product.B.Buffer, product.B.Layout)], []) =>
        Product = product;

    /// <summary>The product of matrices that it is; null where it is a program's.</summary>
    public PendingProduct? Product { get; }

    /// <summary>What to compute of the operands, or of the product.</summary>
    public PointwiseProgram Program { get; }

    /// <summary>Where.</summary>
    public ComputeDevice Device { get; }

    /// <summary>How each of the results will lie in memory of its own.</summary>
    public Layout Layout { get; }

    /// <summary>What it is computed from, an entry for each input of the program; none once it is done.</summary>
    public PendingSource[] Sources { get; set; }

    /// <summary>The program's parameters, as registers hold them.</summary>
    public long[] Parameters { get; }

    /// <summary>What it computes.</summary>
    public PendingResult[] Results { get; }

    /// <summary>Whether the results are in memory, or will not be wanted any more.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether a thread is launching it.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether autograd keeps a result.</summary>
    public bool IsSaved { get; set; }

    /// <summary>How often it was computed within others, and not written.</summary>
    public int Evaluations { get; set; }

    /// <summary>The walk that came here last.</summary>
    public long Walk { get; set; }

    /// <summary>Its place in the order of that walk.</summary>
    public int Place { get; set; }

    /// <summary>How many of its operands are some memory.</summary>
    public int ReadsOf(DeviceBuffer memory) => Sources.Count(s => ReferenceEquals(s.Buffer, memory));

    /// <summary>Whether every result has been given back.</summary>
    public bool IsForgotten => Array.TrueForAll(Results, r => r.IsForgotten);

    /// <summary>Whether anybody can still ask for a result.</summary>
    public bool IsWanted => !Array.TrueForAll(Results, r => r.IsFreed);
}

/// <summary>A product of matrices, which may have something added to it in its own launch.</summary>
/// <param name="A">The left operand.</param>
/// <param name="B">The right operand.</param>
/// <param name="Layout">The product's, contiguous.</param>
/// <param name="Alpha">What it is multiplied by.</param>
internal sealed record PendingProduct(Operand A, Operand B, Layout Layout, double Alpha);

/// <summary>One of the results of a call.</summary>
internal sealed class PendingResult(PendingCall call, int index)
{
    private DeviceBuffer? buffer;

    /// <summary>What computes it.</summary>
    public PendingCall Call { get; } = call;

    /// <summary>Which of its results it is.</summary>
    public int Index { get; } = index;

    /// <summary>Its memory, once it is computed.</summary>
    public DeviceBuffer? Buffer
    {
        get => Volatile.Read(ref buffer);
        set => Volatile.Write(ref buffer, value);
    }

    /// <summary>Whether it is computed.</summary>
    public bool IsDone => Buffer is not null;

    /// <summary>How many calls that are not done read it.</summary>
    public int Consumers { get; set; }

    /// <summary>Whether something was made of it: it is computed with that, and written only if asked for.</summary>
    public bool IsRead { get; set; }

    /// <summary>Whether its storage was given back: only calls that read it may still need it.</summary>
    public bool IsFreed { get; set; }

    /// <summary>Whether nobody needs it any more.</summary>
    public bool IsForgotten => IsFreed && Consumers == 0;

    /// <summary>The type of its elements.</summary>
    public DType DType => Call.Program.Outputs[Index];

    /// <summary>How much memory it takes.</summary>
    public long ByteCount => Call.Layout.ElementCount * DType.Size;
}

/// <summary>An operand of a call: a result that is pending, or was when the call was made, or memory.</summary>
/// <param name="Pending">The result.</param>
/// <param name="Memory">The memory, where there is no result.</param>
/// <param name="Layout">How the elements lie in it.</param>
internal readonly record struct PendingSource(PendingResult? Pending, DeviceBuffer? Memory, Layout Layout)
{
    /// <summary>The memory, if it is there.</summary>
    public DeviceBuffer? Buffer => Memory ?? Pending!.Buffer;
}
