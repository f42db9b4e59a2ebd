namespace KernelEngine;

/// <content>Creation.</content>
public partial class Tensor
{
    /// <summary>A tensor that is not initialised. As <c>torch.empty</c>.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dtype">The dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorException">A size is negative, or the device has not that much memory.</exception>
    public static Tensor Empty(
        Shape shape, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false)
    {
        CheckSizes(shape);
        var result = Allocate(device ?? ComputeDevice.Default, Layout.Contiguous(shape), dtype ?? DType.Default);
        return result.AsLeaf(requiresGrad);
    }

    /// <summary>A tensor that is not initialised. As <c>torch.empty</c>.</summary>
    public static Tensor Empty(params ReadOnlySpan<long> sizes) => Empty(Shape.Create(sizes));

    /// <summary>A tensor filled with zeros. As <c>torch.zeros</c>.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Zeros(
        Shape shape, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false) =>
        Full(shape, 0, dtype ?? DType.Default, device, requiresGrad);

    /// <summary>A tensor filled with zeros. As <c>torch.zeros</c>.</summary>
    public static Tensor Zeros(params ReadOnlySpan<long> sizes) => Zeros(Shape.Create(sizes));

    /// <summary>A tensor filled with ones. As <c>torch.ones</c>.</summary>
    /// <inheritdoc cref="Full"/>
    public static Tensor Ones(
        Shape shape, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false) =>
        Full(shape, 1, dtype ?? DType.Default, device, requiresGrad);

    /// <summary>A tensor filled with ones. As <c>torch.ones</c>.</summary>
    public static Tensor Ones(params ReadOnlySpan<long> sizes) => Ones(Shape.Create(sizes));

    /// <summary>A tensor filled with a number. As <c>torch.full</c>.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="value">The number.</param>
    /// <param name="dtype">The dtype; the number's own (bool, int64, the default float) where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorException">A size is negative, or the device has not that much memory.</exception>
    public static Tensor Full(
        Shape shape, Scalar value, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false)
    {
        CheckSizes(shape);
        var layout = Layout.Contiguous(shape);
        return Filled(device ?? ComputeDevice.Default, layout, dtype ?? value.DType, value).AsLeaf(requiresGrad);
    }

    /// <summary>A tensor of the same shape, filled with ones. As <c>torch.ones_like</c>.</summary>
    public static Tensor OnesLike(Tensor like, DType? dtype = null, ComputeDevice? device = null) =>
        FullLike(like, 1, dtype, device);

    /// <summary>A tensor of the same shape, filled with zeros. As <c>torch.zeros_like</c>.</summary>
    public static Tensor ZerosLike(Tensor like, DType? dtype = null, ComputeDevice? device = null) =>
        FullLike(like, 0, dtype, device);

    /// <summary>A tensor of the same shape, filled with a number. As <c>torch.full_like</c>.</summary>
    public static Tensor FullLike(Tensor like, Scalar value, DType? dtype = null, ComputeDevice? device = null)
    {
        var layout = like.Layout.IsDense ? like.Layout.DenseLike() : Layout.Contiguous(like.Shape);
        return Filled(device ?? like.Device, layout, dtype ?? like.DType, value);
    }

    /// <summary>A tensor of the same shape, not initialised. As <c>torch.empty_like</c>.</summary>
    public static Tensor EmptyLike(Tensor like, DType? dtype = null, ComputeDevice? device = null) => Allocate(
        device ?? like.Device, like.Layout.IsDense ? like.Layout.DenseLike() : Layout.Contiguous(like.Shape),
        dtype ?? like.DType);

    /// <summary>A tensor of a layout's shape and strides, not initialised.</summary>
    internal static Tensor EmptyStrided(Layout layout, DType dtype, ComputeDevice device) =>
        Allocate(device, layout, dtype);

    private static void CheckSizes(Shape shape)
    {
        foreach (var size in shape)
        {
            if (size < 0)
            {
                throw new TensorRuntimeException(
                    $"Trying to create tensor with negative dimension {size}: {shape.ToListText()}");
            }
        }
    }

    private static Tensor Filled(ComputeDevice device, Layout layout, DType dtype, Scalar value)
    {
        var program = CopyPrograms.Fill(dtype);
        if (device.Pending.Takes(program, layout) &&
            device.Pending.TryDefer(program, layout, [], [value.ToRegister(dtype.Register)]) is { } call)
        {
            return Of(call.Results[0]);
        }

        var result = Allocate(device, layout, dtype);
        result.FillWith(value);
        return result;
    }

    /// <summary>Fills new memory: nothing is recorded, no version counted.</summary>
    internal void FillWith(Scalar value)
    {
        if (ElementCount == 0)
            return;
        var program = CopyPrograms.Fill(DType);
        Device.Backend.Run(new PointwiseLaunch
        {
            Program = program,
            Operands = [Target()],
            Parameters = [value.ToRegister(DType.Register)],
        });
    }
}
