namespace KernelEngine.Gpu;

/// <content>
/// Convolutions as products of matrices: the elements of all windows are laid out as columns, so many images at a time
/// that they stay within some tens of megabytes.
/// </content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel ColumnsOfWindows =
        WindowNumbers(ShaderKernel.Define("columns", "convolution/columns.kernel").Reads("src").Writes("dst"))
            .Int("groups").Layout("src").Constant("BY_WINDOW", 0).Widths(4, 8);

    private static readonly ShaderKernel RowsOfWindows =
        WindowNumbers(ShaderKernel.Define("window_rows", "convolution/columns.kernel").Reads("src").Writes("dst"))
            .Int("groups").Layout("src").Constant("BY_WINDOW", 1).Widths(4, 8);

    private static readonly ShaderKernel ImagesOfColumns =
        WindowNumbers(ShaderKernel.Define("images", "convolution/images.kernel")
            .Reads("columns").Writes("dst").Reads("bias"))
            .Int("bias_step").Layout("dst").Variants(NumberTypes).Option("BIASED", 0, 1);

    private static readonly ShaderKernel[] ConvolutionShaders = [ColumnsOfWindows, RowsOfWindows, ImagesOfColumns];

    private static void AddConvolution(Adding add)
    {
        add("convolution", GpuTypes.Numbers, (in launch, gpu) =>
        {
            if (launch.Integers[0] == 0)
                Convolve(launch, gpu);
            else
                ConvolveTransposed(launch, gpu);
        });
        add("convolution_weight", GpuTypes.Numbers, ConvolveWeight);
    }

    // Per image and group: out [M, windows] = weight [M, C · kernel] · columns [C · kernel, windows] + bias [M].
    private static void Convolve(in StructuralLaunch launch, GpuDevice gpu)
    {
        var form = new WindowForm(launch.Operands[0], launch.Operands[1], launch.Operands[2], launch.Integers[1..]);
        using var weight = gpu.Contiguous(launch.Operands[1]);
        var left = weight.Operand.As(
            [form.Groups, form.Filters, form.Depth], [form.Filters * form.Depth, form.Depth, 1]);
        for (var from = 0L; from < form.Images; from += form.Step)
        {
            var count = Math.Min(form.Step, form.Images - from);
            using var columns = form.ColumnsOf(launch.Operands[0], from, count, gpu);
            var target = Images(launch.Operands[2], from, count).As(
                [count, form.Groups, form.Filters, form.Windows],
                [form.Groups * form.Filters * form.Windows, form.Filters * form.Windows, form.Windows, 1]);
            var sizes = target.Layout.Shape.AsSpan();
            Operand? bias = launch.Operands.Length < 4 ? null : launch.Operands[3].As(
                sizes, [0, form.Filters * StepOf(launch.Operands[3]), StepOf(launch.Operands[3]), 0]);
            LaunchMultiply(
                gpu, left.As([count, form.Groups, form.Filters, form.Depth], [0, .. left.Layout.Strides]),
                columns.Operand, target, bias, 1, 1);
        }
    }

    // Per image and group: columns [C · kernel, windows] = weightᵀ [C · kernel, M] · input [M, windows], then summed up.
    private static void ConvolveTransposed(in StructuralLaunch launch, GpuDevice gpu)
    {
        var target = launch.Operands[2];
        var form = new WindowForm(target, launch.Operands[1], launch.Operands[0], launch.Integers[1..]);
        using var weight = gpu.Contiguous(launch.Operands[1]);
        var isBiased = launch.Operands.Length > 3;
        for (var from = 0L; from < form.Images; from += form.Step)
        {
            var count = Math.Min(form.Step, form.Images - from);
            using var input = gpu.Contiguous(Images(launch.Operands[0], from, count));
            using var columns = gpu.Temporary(
                [count, form.Groups, form.Depth, form.Windows], target.DType);
            LaunchMultiply(
                gpu,
                weight.Operand.As(
                    [count, form.Groups, form.Depth, form.Filters], [0, form.Filters * form.Depth, 1, form.Depth]),
                input.Operand.As(
                    [count, form.Groups, form.Filters, form.Windows],
                    [form.Groups * form.Filters * form.Windows, form.Filters * form.Windows, form.Windows, 1]),
                columns.Operand, null, 1, 0);
            var images = Images(target, from, count);
            var bias = isBiased ? launch.Operands[3] : images;
            form.Add(
                gpu.Launch(ImagesOfColumns.Find(target.DType, isBiased ? 1 : 0))
                    .Buffer(columns.Operand).Buffer(images).Buffer(bias),
                images.Layout.ElementCount)
                .Int(isBiased ? StepOf(bias) : 0).Dims(images.Layout)
                .Over(images.Layout.ElementCount, form.Volume);
        }
    }

    // Per group: out [M, C · kernel] = gradient [M, images · windows] · rows [images · windows, C · kernel].
    private static void ConvolveWeight(in StructuralLaunch launch, GpuDevice gpu)
    {
        var (input, gradient, target) = (launch.Operands[0], launch.Operands[1], launch.Operands[2]);
        var form = new WindowForm(input, target, gradient, launch.Integers);
        var result = target.As(
            [form.Groups, form.Filters, form.Depth], [form.Filters * form.Depth, form.Depth, 1]);
        if (form.Images == 0)
            gpu.Fill(target, 0);
        for (var from = 0L; from < form.Images; from += form.Step)
        {
            var count = Math.Min(form.Step, form.Images - from);
            var along = count * form.Windows;
            using var rows = gpu.Temporary([form.Groups, along, form.Depth], input.DType);
            var images = Images(input, from, count);
            form.Add(
                gpu.Launch(RowsOfWindows.Find(input.DType)).Buffer(images).Buffer(rows.Operand),
                rows.Operand.Layout.ElementCount)
                .Int(form.Groups).Dims(images.Layout)
                .Over(rows.Operand.Layout.ElementCount);

            // Filters first, then images and windows.
            var gradients = Images(gradient, from, count);
            using var left = gpu.Contiguous(
                gradients with { Layout = gradients.Layout.Permute([1, 0, 2, 3, 4]) });
            gpu.Run(new StructuralLaunch
            {
                Kernel = Matmul.Kernel,
                Operands =
                [
                    left.Operand.As([form.Groups, form.Filters, along], [form.Filters * along, along, 1]),
                    rows.Operand, result, result,
                ],
                Reals = [1, from == 0 ? 0 : 1],
            });
        }
    }

    /// <summary>The kernel that lays out windows of a dtype as columns.</summary>
    internal static KernelSource ColumnsFor(DType dtype) => ColumnsOfWindows.Find(dtype);

    /// <summary>Some images of a batch.</summary>
    private static Operand Images(in Operand batch, long from, long count) =>
        batch with { Layout = batch.Layout.Slice(0, from, count, 1) };

    private static ShaderKernel WindowNumbers(ShaderKernel kernel)
    {
        kernel.Includes("planes.shader").Int("count");
        foreach (var axis in "dhw")
            kernel.Int($"out_{axis}");
        foreach (var name in MaxPool.Geometry)
            kernel.Int(name);
        return kernel;
    }
}
