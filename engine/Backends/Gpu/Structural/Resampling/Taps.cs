namespace KernelEngine.Gpu;

/// <content>Sums of a few elements along a dimension, by a table.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel TapSums = ShaderKernel.Define("taps", "resampling/taps.kernel")
        .Reads("src").Reads("starts", Element.Int64).Reads("places", Element.Int64).Writes("dst")
        .Reads("weights", Element.C)
        .Int("count").Layout("src").Layout("dst")
        .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64)
        .Option("WEIGHTED", 0, 1);

    private static void AddTaps(Adding add) => add("taps", GpuTypes.Numbers, (in launch, gpu) =>
    {
        var (source, target) = (launch.Operands[0], launch.Operands[3]);
        var isWeighted = launch.Operands.Length > 4;
        var count = target.Layout.ElementCount;
        gpu.Launch(TapSums.Find(source.DType, isWeighted ? 1 : 0))
            .Buffer(source).Buffer(launch.Operands[1]).Buffer(launch.Operands[2]).Buffer(target)
            .Buffer(isWeighted ? launch.Operands[4] : source)
            .Int(count).Dims(source.Layout).Dims(target.Layout)
            .Over(count, source.Layout.Shape[1]);
    });
}
