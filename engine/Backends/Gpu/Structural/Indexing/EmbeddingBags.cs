namespace KernelEngine.Gpu;

/// <content>Bags of rows of a table.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel EmbeddingBag =
        ShaderKernel.Define("embedding_bag", "indexing/embedding_bag.kernel")
            .Reads("weight").Reads("index", Element.Int64).Reads("offsets", Element.Int64).Reads("factors")
            .Writes("dst").Writes("counts").Writes("places", Element.Int64)
            .Int("bags").Int("width").Int("rows").Int("count").Int("padding").Int("weighted").Int("ends")
            .Int("row_step").Int("column_step").Int("index_step").Int("offset_step").Int("factor_step")
            .Variants(DType.Float32, DType.Float64)
            .Option("MODE", 0, 1, 2)
            .Faults();

    private static void AddEmbeddingBag(Adding add) => add("embedding_bag", GpuTypes.Reals, (in launch, gpu) =>
    {
        var o = launch.Operands;
        var (rows, count) = (o[0].Layout.Shape[0], o[1].Layout.ElementCount);
        var bags = o[4].Layout.Shape[0];
        var width = o[4].Layout.Shape[1];
        gpu.Launch(EmbeddingBag.Find(o[4].DType, (int)launch.Integers[0]))
            .Fault(IndexFault.BagRow, count, rows)
            .Buffer(o[0]).Buffer(o[1]).Buffer(o[2]).Buffer(o[3]).Buffer(o[4]).Buffer(o[5]).Buffer(o[6])
            .Int(bags).Int(width).Int(rows).Int(count)
            .Int(launch.Integers[1]).Int(launch.Integers[2]).Int(launch.Integers[3])
            .Int(o[0].Layout.Strides[0]).Int(o[0].Layout.Strides[1])
            .Int(StepOf(o[1])).Int(StepOf(o[2])).Int(StepOf(o[3]))
            .Over(bags * width, count);
    });

    private static long StepOf(in Operand operand) => operand.Layout.Rank == 1 ? operand.Layout.Strides[0] : 0;
}
