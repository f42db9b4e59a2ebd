namespace KernelEngine.Gpu;

/// <content>What bodies of structural kernels are made of.</content>
internal sealed partial class GpuDevice
{
    /// <summary>Begins a launch.</summary>
    public GpuLaunch Launch(KernelSource source) => new(this, source);

    /// <summary>Begins a launch of a kernel's variant, by what it computes and its options in their order.</summary>
    public GpuLaunch Launch(ShaderKernel kernel, DType dtype, params ReadOnlySpan<int> options) =>
        new(this, kernel.Find(dtype, options));

    /// <summary>Contiguous memory for a while, not initialised.</summary>
    public Temporary Temporary(Shape shape, DType dtype) =>
        new(new(Allocate(shape.ElementCount * dtype.Size), Layout.Contiguous(shape), dtype), isOwned: true);

    /// <summary>The operand itself where it is contiguous, a copy that is elsewhere.</summary>
    public Temporary Contiguous(in Operand operand) => Contiguous(operand, operand.DType);

    /// <summary>The operand itself where it is contiguous and of a dtype, a converted copy elsewhere.</summary>
    public Temporary Contiguous(in Operand operand, DType dtype)
    {
        if (operand.Layout.IsContiguous && ReferenceEquals(operand.DType, dtype))
            return new(operand, isOwned: false);
        var copy = Temporary(operand.Layout.Shape, dtype);
        Copy(operand, copy.Operand);
        return copy;
    }

    /// <summary>
    /// For what a kernel writes contiguously: the operand itself where it is, else memory for a while, which
    /// <see cref="CopyBack"/> copies to it.
    /// </summary>
    public Temporary ContiguousTarget(in Operand operand) => operand.Layout.IsContiguous
        ? new(operand, isOwned: false)
        : Temporary(operand.Layout.Shape, operand.DType);

    /// <summary>Copies to an operand what was written in place of it, where that is elsewhere.</summary>
    public void CopyBack(in Temporary target, in Operand operand)
    {
        if (!ReferenceEquals(target.Buffer, operand.Buffer))
            Copy(target.Operand, operand);
    }

    /// <summary>Copies elements, converted, between operands of one shape.</summary>
    public void Copy(in Operand from, in Operand to)
    {
        if (from.Layout.ElementCount > 0)
            Run(new PointwiseLaunch { Program = CopyPrograms.Copy(from.DType, to.DType), Operands = [from, to] });
    }

    /// <summary>Sets every element to a number.</summary>
    public void Fill(in Operand to, Scalar value)
    {
        if (to.Layout.ElementCount == 0)
            return;
        Span<long> number = [value.ToRegister(to.DType.Register)];
        Run(new PointwiseLaunch
        {
            Program = CopyPrograms.Fill(to.DType),
            Operands = new(in to),
            Parameters = number,
        });
    }

    /// <summary>Runs a pointwise program.</summary>
    public void Run(in PointwiseLaunch launch)
    {
        CheckFloat64(launch.Program.Name, launch.Operands);
        PointwiseExecution.Run(this, launch);
    }

    /// <summary>Runs a reduction.</summary>
    public void Run(in ReductionLaunch launch)
    {
        CheckFloat64(launch.Program.Name, launch.Inputs);
        CheckFloat64(launch.Program.Name, launch.Outputs);
        ReductionExecution.Run(this, launch);
    }

    /// <summary>Runs a structural kernel.</summary>
    public void Run(in StructuralLaunch launch) => GpuKernels.Run(this, launch);

    /// <summary>Runs a kernel of a user's own.</summary>
    public void Run(in ComputeLaunch launch) => ComputeExecution.Run(this, launch);

    /// <summary>Refuses float64 where the device has none: the one dtype that may be refused.</summary>
    /// <param name="name">The operator.</param>
    /// <param name="operands">What it is to run over.</param>
    public void CheckFloat64(string name, ReadOnlySpan<Operand> operands)
    {
        if (Limits.HasFloat64)
            return;
        foreach (ref readonly var operand in operands)
        {
            if (operand.DType == DType.Float64)
                CheckFloat64(name);
        }
    }

    // Also for kernels that compute in float64 between operands of other dtypes.
    private void CheckFloat64(string name)
    {
        if (!Limits.HasFloat64)
            throw new NoFloat64Exception(name, Device);
    }
}
