using System.Runtime.InteropServices;

namespace KernelEngine.Conformance;

/// <summary>The way of tensors between a case's file and the engine.</summary>
internal static class HostTensors
{
    // Strides come from the file: this many elements they may span, far more than any case has.
    private const long MaxExtent = 1 << 26;

    /// <summary>A tensor on a device with a case's data.</summary>
    /// <param name="data">The data, row-major.</param>
    /// <param name="device">Where to put it.</param>
    /// <param name="strides">The layout to give it; row-major where null.</param>
    public static Tensor Upload(TensorData data, ComputeDevice device, long[]? strides = null)
    {
        if (strides is null)
            return Of(data, data.Bytes, data.Shape, device);
        if (strides.Length != data.Shape.Length || strides.Any(s => s < 0))
            throw new CannotBindException("strides that do not go with the shape");
        Int128 extent = data.Count == 0 ? 0 : 1;
        for (var d = 0; extent > 0 && d < strides.Length; d++)
            extent += (Int128)(data.Shape[d] - 1) * strides[d];
        if (extent > MaxExtent)
            throw new CannotBindException($"strides that span more than {MaxExtent} elements");

        var size = data.DType.Size;
        var bytes = new byte[(long)extent * size];
        var place = new long[strides.Length];
        for (var i = 0; i < data.Count; i++)
        {
            var offset = 0L;
            for (var d = 0; d < place.Length; d++)
                offset += place[d] * strides[d];
            data.Bytes.AsSpan(i * size, size).CopyTo(bytes.AsSpan((int)offset * size));
            for (var d = place.Length - 1; d >= 0 && ++place[d] == data.Shape[d]; d--)
                place[d] = 0;
        }

        return Of(data, bytes, [(long)extent], device).AsStrided(data.Shape, strides).Detach();
    }

    /// <summary>A tensor's data.</summary>
    public static TensorData Download(Tensor tensor)
    {
        var there = tensor.Detach();
        var bytes = there.DType.Code switch
        {
            DTypeCode.Float32 => Bytes<float>(there),
            DTypeCode.Float64 => Bytes<double>(there),
            DTypeCode.Float16 => Bytes<Half>(there),
            DTypeCode.BFloat16 => Bytes<BFloat16>(there),
            DTypeCode.Int64 => Bytes<long>(there),
            DTypeCode.Int32 => Bytes<int>(there),
            DTypeCode.Int16 => Bytes<short>(there),
            DTypeCode.Int8 => Bytes<sbyte>(there),
            DTypeCode.UInt8 => Bytes<byte>(there),
            _ => Bytes<bool>(there),
        };
        return new(there.DType, there.Shape.ToArray(), bytes);
    }

    private static Tensor Of(TensorData data, byte[] bytes, long[] shape, ComputeDevice device) =>
        data.DType.Code switch
        {
            DTypeCode.Float32 => Of<float>(bytes, shape, device),
            DTypeCode.Float64 => Of<double>(bytes, shape, device),
            DTypeCode.Float16 => Of<Half>(bytes, shape, device),
            DTypeCode.BFloat16 => Of<BFloat16>(bytes, shape, device),
            DTypeCode.Int64 => Of<long>(bytes, shape, device),
            DTypeCode.Int32 => Of<int>(bytes, shape, device),
            DTypeCode.Int16 => Of<short>(bytes, shape, device),
            DTypeCode.Int8 => Of<sbyte>(bytes, shape, device),
            DTypeCode.UInt8 => Of<byte>(bytes, shape, device),
            _ => Of<bool>(bytes, shape, device),
        };

    private static Tensor Of<T>(byte[] bytes, long[] shape, ComputeDevice device) where T : unmanaged =>
        Tensor.FromSpan<T>(MemoryMarshal.Cast<byte, T>(bytes), shape, device);

    private static byte[] Bytes<T>(Tensor tensor) where T : unmanaged =>
        MemoryMarshal.AsBytes<T>(tensor.ToArray<T>()).ToArray();
}
