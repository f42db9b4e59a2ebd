namespace KernelEngine;

/// <summary>A call of a convolution: what it checks, in PyTorch's order, and what it fills in.</summary>
internal static class ConvolutionCall
{
    /// <summary>A convolution.</summary>
    /// <param name="name">The operator's name, for messages.</param>
    /// <param name="rank">Spatial dimensions.</param>
    /// <param name="input">[N, channels, spatial…], or without N.</param>
    /// <param name="weight">[outputs, channels / groups, kernel…].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="stride">Empty, one number, or one for each dimension; so are the following.</param>
    /// <param name="padding">Numbers or a mode.</param>
    /// <param name="dilation">The step within the window.</param>
    /// <param name="groups">The groups.</param>
    public static Tensor Direct(
        string name, int rank, Tensor input, Tensor weight, Tensor? bias, Shape stride, ConvolutionPadding padding,
        Shape dilation, long groups)
    {
        var batch = Batched(name, rank, input);
        long[]? same = null;
        if (padding.Mode == "same")
            same = Same(batch, weight, ref stride, ref dilation);
        else if (padding.Mode is not (null or "valid"))
            throw new TensorRuntimeException($"Invalid padding string: '{padding.Mode}'");
        CheckWeight(weight, groups);
        var form = new ConvolutionForm(
            Expand(stride, 1, "stride", weight), same ?? Expand(padding.Sizes, 0, "padding", weight),
            Expand(dilation, 1, "dilation", weight), groups);
        if (form.Padding.AsSpan().ContainsAnyInRange(long.MinValue, -1))
            throw new TensorRuntimeException("negative padding is not supported");
        CheckStrideAndGroups(form, batch, weight);
        if (batch.Shape[1] != weight.Shape[1] * groups)
        {
            throw new TensorRuntimeException(
                $"Given groups={groups}, weight of size {weight.Shape.ToListText()}, expected " +
                $"input{batch.Shape.ToListText()} to have {weight.Shape[1] * groups} channels, but got " +
                $"{batch.Shape[1]} channels instead");
        }

        CheckBias(bias, weight, weight.Shape[0], "Given ");
        var (padded, window, size) = (new long[rank], new long[rank], new long[rank]);
        for (var i = 0; i < rank; i++)
        {
            var total = same is null
                ? 2 * (Int128)form.Padding[i] : (Int128)form.Dilation[i] * (weight.Shape[2 + i] - 1);
            padded[i] = Saturated((Int128)batch.Shape[2 + i] + total);
            window[i] = Saturated(((Int128)form.Dilation[i] * (weight.Shape[2 + i] - 1)) + 1);
            size[i] = ((padded[i] - window[i]) / form.Stride[i]) + 1;
        }

        for (var i = 0; i < rank; i++)
        {
            if (padded[i] < window[i])
            {
                throw new TensorRuntimeException(
                    $"Calculated padded input size per channel: {Product(padded)}. Kernel size: {Product(window)}. " +
                    "Kernel size can't be greater than actual input size");
            }
        }

        CheckSpatial(batch);
        CheckSame(batch, weight, bias);
        if (form.Dilation.AsSpan().ContainsAnyInRange(long.MinValue, 0))
        {
            throw new TensorRuntimeException(
                "dilation should be greater than zero, but got " +
                $"[{string.Join(", ", rank == 1 ? [1, .. form.Dilation] : form.Dilation)}]");
        }

        CheckKernel(weight);
        CheckDType(input, rank, Array.Exists(form.Dilation, d => d != 1) ? "slow_conv_dilated<>" : null);
        ForgetStrides(form, size);
        return Finish(
            batch.Shape[1] == 0
                ? NoChannels(batch, weight, bias, size) : Convolution.Run(batch, weight, bias, form, false, size),
            input, batch);
    }

    /// <summary>A transposed convolution.</summary>
    /// <param name="name">The operator's name, for messages.</param>
    /// <param name="rank">Spatial dimensions.</param>
    /// <param name="input">[N, channels, spatial…], or without N.</param>
    /// <param name="weight">[channels, outputs / groups, kernel…].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="stride">Empty, one number, or one for each dimension; so are the following.</param>
    /// <param name="padding">What is cut off around the result.</param>
    /// <param name="outputPadding">How much longer the result is.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="dilation">The step within the window.</param>
    public static Tensor Transposed(
        string name, int rank, Tensor input, Tensor weight, Tensor? bias, Shape stride, Shape padding,
        Shape outputPadding, long groups, Shape dilation)
    {
        var batch = Batched(name, rank, input);
        CheckWeight(weight, groups);
        var form = new ConvolutionForm(
            Expand(stride, 1, "stride", weight), Expand(padding, 0, "padding", weight),
            Expand(dilation, 1, "dilation", weight), groups);
        var more = Expand(outputPadding, 0, "output_padding", weight);
        if (form.Padding.AsSpan().ContainsAnyInRange(long.MinValue, -1))
            throw new TensorRuntimeException("negative padding is not supported");
        if (more.AsSpan().ContainsAnyInRange(long.MinValue, -1))
            throw new TensorRuntimeException("negative output_padding is not supported");
        CheckStrideAndGroups(form, batch, weight);
        if (batch.Shape[1] != weight.Shape[0])
        {
            throw new TensorRuntimeException(
                $"Given transposed=1, weight of size {weight.Shape.ToListText()}, expected " +
                $"input{batch.Shape.ToListText()} to have {weight.Shape[0]} channels, but got {batch.Shape[1]} " +
                "channels instead");
        }

        CheckBias(bias, weight, weight.Shape[1] * groups, "Given transposed=1, ");
        CheckSpatial(batch);
        CheckSame(batch, weight, bias);
        CheckKernel(weight);
        if (form.Dilation.AsSpan().ContainsAnyInRange(long.MinValue, 0))
        {
            throw new TensorRuntimeException(
                $"dilation should be greater than zero, but got {Named("dilation", form.Dilation, 1, ", ")}");
        }

        var size = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            if (more[i] >= form.Stride[i] && more[i] >= form.Dilation[i])
            {
                throw new TensorRuntimeException(
                    "output padding must be smaller than either stride or dilation, but got " +
                    $"{Named("output_padding", more, 0, " ")} {Named("stride", form.Stride, 1, " ")} " +
                    Named("dilation", form.Dilation, 1, " "));
            }

            size[i] = Saturated(
                ((Int128)(batch.Shape[2 + i] - 1) * form.Stride[i]) - (2 * (Int128)form.Padding[i]) +
                ((Int128)form.Dilation[i] * (weight.Shape[2 + i] - 1)) + more[i] + 1);
        }

        if (weight.Shape[1] == 0)
        {
            throw new TensorRuntimeException(
                $"non-empty 2D or 4D weight tensor expected, but got: {weight.Shape.ToListText()}");
        }

        if (size.AsSpan().ContainsAnyInRange(long.MinValue, 0))
        {
            throw new TensorRuntimeException(
                $"Given input size per channel: {Product(AtLeastTwo(batch.Shape.AsSpan()[2..]))}. Calculated output " +
                $"size per channel: {Product(AtLeastTwo(size))}. Output size is too small");
        }

        CheckDType(input, rank, $"slow_conv_transpose{Math.Max(2, rank)}d_out_cpu");
        ForgetStrides(form, batch.Shape.AsSpan()[2..]);
        return Finish(Convolution.Run(batch, weight, bias, form, true, size), input, batch);
    }

    // Where there is one place only, nothing steps: a stride may be as large as it likes.
    private static void ForgetStrides(ConvolutionForm form, ReadOnlySpan<long> places)
    {
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] == 1)
                form.ForgetStride(i);
        }
    }

    private static long Saturated(Int128 value) => (long)Int128.Clamp(value, long.MinValue / 4, long.MaxValue / 4);

    private static Tensor Batched(string name, int rank, Tensor input) => (input.Rank - rank) switch
    {
        2 => input,
        1 => input.Unsqueeze(0),
        _ => throw new TensorRuntimeException(
            $"Expected {rank + 1}D (unbatched) or {rank + 2}D (batched) input to {name}, but got input of size: " +
            input.Shape.ToListText()),
    };

    private static Tensor Finish(Tensor result, Tensor input, Tensor batch) =>
        ReferenceEquals(input, batch) ? result : result.Squeeze(0);

    // As in PyTorch 1.13, the result of no channels has none.
    private static Tensor NoChannels(Tensor batch, Tensor weight, Tensor? bias, long[] size)
    {
        var result = Tensor.Allocate(batch.Device, Layout.Contiguous([batch.Shape[0], 0, .. size]), batch.DType);
        if (Tensor.ShouldRecord(batch, weight, bias ?? batch))
        {
            Func<Tensor?[], Tensor?[]> zeros = _ => bias is null
                ? [Tensor.ZerosLike(batch), Tensor.ZerosLike(weight)]
                : [Tensor.ZerosLike(batch), Tensor.ZerosLike(weight), Tensor.ZerosLike(bias)];
            result.SetHistory(
                bias is null ? Tensor.Recorded(Convolution.NodeName, zeros, batch, weight)
                    : Tensor.Recorded(Convolution.NodeName, zeros, batch, weight, bias), 0);
        }

        return result;
    }

    // The zeros before each dimension; behind there may be one more.
    private static long[] Same(Tensor input, Tensor weight, ref Shape stride, ref Shape dilation)
    {
        var rank = weight.Rank - 2;
        if (rank < 1)
            throw new TensorRuntimeException("weight should have at least three dimensions");
        if (input.Rank != weight.Rank)
        {
            throw new TensorRuntimeException(
                $"Expected {weight.Rank}-dimensional input for {weight.Rank}-dimensional " +
                $"weight{weight.Shape.ToListText()}, but got {input.Rank}-dimensional input of size " +
                $"{input.Shape.ToListText()} instead");
        }

        if (stride.Rank > 1 && stride.Rank != rank)
            throw new TensorRuntimeException($"stride cannot broadcast to {rank} dimensions");
        if (dilation.Rank > 1 && dilation.Rank != rank)
            throw new TensorRuntimeException($"dilation cannot broadcast to {rank} dimensions");
        if (stride.AsSpan().ContainsAnyExcept(1))
            throw new TensorRuntimeException("padding='same' is not supported for strided convolutions");
        var padding = new long[rank];
        for (var i = 0; i < rank; i++)
        {
            var step = dilation.Rank == 0 ? 1 : dilation[dilation.Rank == 1 ? 0 : i];
            var total = step * (weight.Shape[2 + i] - 1);
            padding[i] = total < 0 ? -1 : total / 2;
        }

        return padding;
    }

    private static void CheckWeight(Tensor weight, long groups)
    {
        if (weight.Rank < 3)
            throw new TensorRuntimeException("weight should have at least three dimensions");
        if (groups <= 0)
            throw new TensorRuntimeException("non-positive groups is not supported");
    }

    private static long[] Expand(Shape sizes, long otherwise, string name, Tensor weight)
    {
        var rank = weight.Rank - 2;
        if (sizes.Rank == rank)
            return sizes.ToArray();
        if (sizes.Rank > 1)
        {
            throw new TensorRuntimeException(
                $"expected {name} to be a single integer value or a list of {rank} values to match the convolution " +
                $"dimensions, but got {name}={sizes.ToListText()}");
        }

        var expanded = new long[rank];
        expanded.AsSpan().Fill(sizes.Rank == 0 ? otherwise : sizes[0]);
        return expanded;
    }

    private static void CheckStrideAndGroups(ConvolutionForm form, Tensor input, Tensor weight)
    {
        if (form.Stride.AsSpan().ContainsAnyInRange(long.MinValue, 0))
            throw new TensorRuntimeException("non-positive stride is not supported");
        if (input.Rank != weight.Rank)
        {
            throw new TensorRuntimeException(
                $"Expected {weight.Rank}-dimensional input for {weight.Rank}-dimensional weight " +
                $"{weight.Shape.ToListText()}, but got {input.Rank}-dimensional input of size " +
                $"{input.Shape.ToListText()} instead");
        }

        if (weight.Shape[0] < form.Groups)
        {
            throw new TensorRuntimeException(
                $"Given groups={form.Groups}, expected weight to be at least {form.Groups} at dimension 0, but got " +
                $"weight of size {weight.Shape.ToListText()} instead");
        }

        if (weight.Shape[0] % form.Groups != 0)
        {
            throw new TensorRuntimeException(
                $"Given groups={form.Groups}, expected weight to be divisible by {form.Groups} at dimension 0, but " +
                $"got weight of size [{weight.Shape.ToListText()}] instead");
        }
    }

    private static void CheckBias(Tensor? bias, Tensor weight, long channels, string given)
    {
        if (bias is null || (bias.Rank == 1 && bias.Shape[0] == channels))
            return;
        throw new TensorRuntimeException(
            $"{given}weight of size {weight.Shape.ToListText()}, expected bias to be 1-dimensional with {channels} " +
            $"elements, but got bias of size {bias.Shape.ToListText()} instead");
    }

    private static void CheckSpatial(Tensor input)
    {
        if (input.ElementCount == 0 && input.Shape[0] != 0 && input.Shape[1] != 0)
        {
            throw new TensorRuntimeException(
                "Only zero batch or zero channel inputs are supported, but got input shape: " +
                input.Shape.ToListText());
        }
    }

    private static void CheckSame(Tensor input, Tensor weight, Tensor? bias)
    {
        if (!ReferenceEquals(input.Device, weight.Device))
            throw new DeviceMismatchException(input.Device, weight.Device);
        if (bias is not null && !ReferenceEquals(input.Device, bias.Device))
            throw new DeviceMismatchException(input.Device, bias.Device);
        if (bias is not null && !ReferenceEquals(input.DType, bias.DType))
        {
            throw new TensorRuntimeException(
                $"Input type ({input.DType.CName}) and bias type ({bias.DType.CName}) should be the " +
                "same");
        }

        if (!ReferenceEquals(input.DType, weight.DType))
        {
            throw new TensorRuntimeException(
                $"expected scalar type {input.DType.LegacyName} but found {weight.DType.LegacyName}",
                $"convert one of them, as in x.To(DType.{weight.DType.LegacyName})");
        }
    }

    private static void CheckKernel(Tensor weight)
    {
        var kernel = weight.Shape.AsSpan()[2..];
        if (kernel.ContainsAnyInRange(long.MinValue, 0))
        {
            throw new TensorRuntimeException(
                $"kernel size should be greater than zero, but got {Named("kernel", kernel, 1, " ")}");
        }
    }

    // Which dtypes there are depends on the kernel that PyTorch takes: all but int64 and the real ones are missing in
    // some of them. float16 is there in all of this engine's.
    private static void CheckDType(Tensor input, int rank, string? kernel)
    {
        if (input.DType.IsFloatingPoint || input.DType == DType.Int64 || (kernel is null && input.DType != DType.Bool))
            return;
        kernel ??= rank == 3 ? "compute_columns3d" : "slow_conv2d_cpu";
        throw new TensorRuntimeException($"\"{kernel}\" not implemented for '{input.DType.LegacyName}'");
    }

    private static string Product(ReadOnlySpan<long> sizes) => $"({string.Join(" x ", sizes.ToArray())})";

    // PyTorch computes one dimension as two.
    private static long[] AtLeastTwo(ReadOnlySpan<long> sizes, long first = 1) =>
        sizes.Length == 1 ? [first, sizes[0]] : sizes.ToArray();

    private static string Named(string name, ReadOnlySpan<long> sizes, long first, string separator)
    {
        var all = AtLeastTwo(sizes, first);
        string[] names = ["depth", "height", "width"];
        return string.Join(separator, all.Select((size, i) => $"{name}_{names[i + 3 - all.Length]}: {size}"));
    }
}
