namespace KernelEngine.Gpu;

/// <content>Where a tensor is not zero.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel NonZeroPlaces =
        ShaderKernel.Define("nonzero", "indexing/nonzero.kernel")
            .Reads("src").Reads("found", Element.Int64).Writes("dst", Element.Int64)
            .Int("count").Int("rows").Int("rank").Int("first").Int("inner").Layout("shape")
            .Widths(1);

    private static void AddNonZero(Adding add) => add("nonzero", GpuTypes.All, (in launch, gpu) =>
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var count = source.Layout.ElementCount;
        var shape = new Shape([count]);
        using var truth = gpu.Temporary(shape, DType.Int64);
        using var found = gpu.Temporary(shape, DType.Int64);
        gpu.Copy(source with { Layout = source.Layout.TryView(shape)! }, truth.Operand);
        gpu.Run(new StructuralLaunch
        {
            Kernel = ScanOperator.Kernel,
            Operands = [truth.Operand, found.Operand],
            Integers = [(long)ScanOperation.Sum, 0],
        });
        gpu.Fill(target, 0);

        // As many dimensions at a time as a launch takes, from the last ones to the first.
        var sizes = source.Layout.Shape.AsSpan();
        var inner = 1L;
        for (var end = sizes.Length; end > 0; end -= GpuLaunch.LayoutRank)
        {
            var first = Math.Max(0, end - GpuLaunch.LayoutRank);
            var some = Layout.Contiguous(new(sizes[first..end].ToArray()));
            gpu.Launch(NonZeroPlaces.Find(DType.UInt8))
                .Buffer(source).Buffer(found.Operand).Buffer(target)
                .Int(count).Int(target.Layout.Shape[0]).Int(sizes.Length).Int(first).Int(inner)
                .Dims(some)
                .Over(count);
            inner *= some.ElementCount;
        }
    });
}
