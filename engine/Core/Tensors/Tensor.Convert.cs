using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <content>Copies, conversions, and the way to and from the host's memory.</content>
public partial class Tensor
{
    /// <summary>A copy on memory of its own, strides kept where it has no gaps. As <c>torch.clone</c>.</summary>
    public Tensor Clone()
    {
        var result = Copied(Device, Layout.IsDense ? Layout.DenseLike() : Layout.Contiguous(Shape), DType);
        if (ShouldRecord(this))
            result.SetHistory(Recorded("CloneBackward0", g => [g[0]], this), 0);
        return result;
    }

    /// <summary>Itself if it is contiguous, else a copy that is. As <c>torch.Tensor.contiguous</c>.</summary>
    public Tensor Contiguous()
    {
        if (IsContiguous)
            return this;
        var result = Copied(Device, Layout.Contiguous(Shape), DType);
        if (ShouldRecord(this))
            result.SetHistory(Recorded("CloneBackward0", g => [g[0]], this), 0);
        return result;
    }

    /// <summary>Itself if it has this dtype already, else converted. As <c>torch.Tensor.to</c>.</summary>
    /// <remarks>Reals become whole numbers by truncation; anything but zero becomes true.</remarks>
    public Tensor To(DType dtype) => To(Device, dtype);

    /// <summary>Itself if it lies there already, else copied there. As <c>torch.Tensor.to</c>.</summary>
    public Tensor To(ComputeDevice device) => To(device, DType);

    /// <summary>Itself if it lies there with this dtype already, else copied. As <c>torch.Tensor.to</c>.</summary>
    /// <param name="device">The device.</param>
    /// <param name="dtype">The dtype.</param>
    /// <param name="copy">Whether to copy in any case.</param>
    public Tensor To(ComputeDevice device, DType dtype, bool copy = false)
    {
        if (ReferenceEquals(dtype, DType) && ReferenceEquals(device, Device) && !copy)
            return this;
        var result = Copied(device, Layout.IsDense ? Layout.DenseLike() : Layout.Contiguous(Shape), dtype);
        if (ShouldRecord(this) && dtype.IsFloatingPoint)
        {
            var (here, own) = (Device, DType);
            result.SetHistory(Recorded("ToCopyBackward0", g => [g[0]!.To(here, own)], this), 0);
        }

        return result;
    }

    /// <summary>Converted to float32.</summary>
    public Tensor Float() => To(DType.Float32);
    /// <summary>Converted to float64.</summary>
    public Tensor Double() => To(DType.Float64);
    /// <summary>Converted to float16.</summary>
    public Tensor Half() => To(DType.Float16);
    /// <summary>Converted to bfloat16.</summary>
    public Tensor BFloat16() => To(DType.BFloat16);
    /// <summary>Converted to int64.</summary>
    public Tensor Long() => To(DType.Int64);
    /// <summary>Converted to int32.</summary>
    public Tensor Int() => To(DType.Int32);
    /// <summary>Converted to int16.</summary>
    public Tensor Short() => To(DType.Int16);
    /// <summary>Converted to int8.</summary>
    public Tensor Char() => To(DType.Int8);
    /// <summary>Converted to uint8.</summary>
    public Tensor Byte() => To(DType.UInt8);
    /// <summary>Converted to bool: whether not zero.</summary>
    public Tensor Bool() => To(DType.Bool);

    /// <summary>
    /// Writes another tensor's elements over this one's, broadcast and converted. As <c>torch.Tensor.copy_</c>.
    /// </summary>
    /// <remarks>A source that shares memory with this tensor is read as a whole before anything is written.</remarks>
    /// <exception cref="TensorException">The shapes do not broadcast, or this is a leaf that requires a gradient.
    /// </exception>
    public Tensor Copy_(Tensor source)
    {
        if (source.Shape != Shape && Shape.Broadcast(Shape, source.Shape) is var broadcast && broadcast != Shape)
            throw OtherShape(broadcast);
        var recorded = Autograd.IsEnabled && DType.IsFloatingPoint && (RequiresGrad || source.RequiresGrad);
        InPlace.Check(this, recorded);
        var separate = InPlace.Separate(this, source);
        if (ReferenceEquals(source.Storage, Storage) && source.Layout.SameAs(Layout))
            return this;
        var function = default(FunctionNode);
        if (recorded)
        {
            var (shape, dtype, device) = (source.Shape, source.DType, source.Device);
            function = new FunctionNode("CopyBackwards", 2, [], (g, _) =>
                [ZerosLike(g[0]!), g[0]!.SumToSize(shape).To(device, dtype)]);
            function.NextEdges[0] = GradientEdge;
            if (source.DType.IsFloatingPoint)
                function.NextEdges[1] = source.GradientEdge;
        }

        separate.CopyTo(this);
        Storage.Version++;
        if (function is not null)
            InPlace.Record(this, function);
        return this;
    }

    /// <summary>Writes a number over every element. As <c>torch.Tensor.fill_</c>.</summary>
    [OverloadResolutionPriority(1)]
    public Tensor Fill_(Scalar value)
    {
        InPlace.Check(this, RequiresGrad);
        FillWith(value);
        Storage.Version++;
        if (Autograd.IsEnabled && RequiresGrad)
            InPlace.Record(this, Recorded("FillBackward0", g => [ZerosLike(g[0]!)], this));
        return this;
    }

    /// <summary>Writes a 0-dimensional tensor's value over every element. As <c>torch.Tensor.fill_</c>.</summary>
    /// <exception cref="TensorRuntimeException">The value has dimensions.</exception>
    public Tensor Fill_(Tensor value) => value.Rank == 0
        ? Copy_(value)
        : throw new TensorRuntimeException(
            $"fill_ only supports 0-dimension value tensor but got tensor with {value.Rank} dimensions.");

    /// <summary>Writes zeros. As <c>torch.Tensor.zero_</c>.</summary>
    public Tensor Zero_()
    {
        InPlace.Check(this, RequiresGrad);
        FillWith(0);
        Storage.Version++;
        if (Autograd.IsEnabled && RequiresGrad)
            InPlace.Record(this, Recorded("ZeroBackward0", g => [ZerosLike(g[0]!)], this));
        return this;
    }

    /// <summary>The value of a tensor of one element. As <c>torch.Tensor.item</c>.</summary>
    /// <exception cref="TensorValueException">The tensor has not exactly one element.</exception>
    public Scalar Item()
    {
        if (ElementCount != 1)
        {
            throw new TensorValueException("only one element tensors can be converted to Python scalars",
                $"this one has the shape {Shape.ToListText()}; index it first");
        }

        Span<byte> bytes = stackalloc byte[8];
        Device.Backend.Download(Storage.Resolve(), Layout.Offset * DType.Size, bytes[..DType.Size]);
        return Scalar.Read(DType, bytes);
    }

    /// <summary>The value of a tensor of one element, converted.</summary>
    /// <typeparam name="T">The type of the number wanted.</typeparam>
    /// <exception cref="TensorValueException">The tensor has not exactly one element.</exception>
    public T Item<T>() where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var value = Item();
        return value.IsReal ? T.CreateSaturating(value.ToDouble()) : T.CreateSaturating(value.ToInt64());
    }

    /// <summary>
    /// The elements themselves, shared: writing the span writes the tensor (autograd does not see it).
    /// </summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <exception cref="TensorException">
    /// The tensor is not contiguous, longer than int.MaxValue, of another dtype, or not in the host's memory.
    /// </exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        CheckElementType<T>();
        if (!IsContiguous)
            throw NotContiguous("a span");
        if (ElementCount > int.MaxValue)
            throw TooLong();
        if (Storage.Expose() is not HostBuffer buffer)
        {
            throw new TensorRuntimeException(
                $"can't convert {Device} device type tensor to a span. Use Tensor.To(cpu) to copy the tensor to host " +
                "memory first.");
        }

        buffer.HandOut();
        return MemoryMarshal.CreateSpan(
            ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref buffer.Data, (nint)(Layout.Offset * DType.Size))),
            (int)ElementCount);
    }

    /// <summary>
    /// A tensor over an array, shared: <c>x += 1</c> shows in the array. As <c>torch.from_numpy</c>.
    /// </summary>
    /// <typeparam name="T">The .NET type of the elements; one that a dtype has.</typeparam>
    /// <param name="array">The elements; null is not allowed.</param>
    public static Tensor FromArray<T>(T[] array) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(array);
        return FromArray(array, array.Length);
    }

    /// <summary>A tensor over an array, shared, of any shape with as many elements.</summary>
    /// <typeparam name="T">The .NET type of the elements; one that a dtype has.</typeparam>
    /// <exception cref="TensorException">The shape has another number of elements, or T is no dtype's type.</exception>
    public static Tensor FromArray<T>(T[] array, Shape shape) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(array);
        var dtype = DType.Of<T>();
        if (shape.ElementCount != array.Length)
        {
            throw new TensorRuntimeException(
                $"shape '{shape.ToListText()}' is invalid for input of size {array.Length}");
        }

        var buffer = HostBuffer.Over(ComputeDevice.Parse("cpu"), array, (long)array.Length * dtype.Size);
        buffer.IsExposed = true;
        return new(new(buffer), Layout.Contiguous(shape), dtype);
    }

    /// <summary>A tensor with a copy of some elements.</summary>
    /// <typeparam name="T">The .NET type of the elements; one that a dtype has.</typeparam>
    /// <param name="data">The elements in row-major order.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <exception cref="TensorException">The shape has another number of elements, or T is no dtype's type.</exception>
    public static Tensor FromSpan<T>(ReadOnlySpan<T> data, Shape shape, ComputeDevice? device = null)
        where T : unmanaged
    {
        if (shape.ElementCount != data.Length)
        {
            throw new TensorRuntimeException(
                $"shape '{shape.ToListText()}' is invalid for input of size {data.Length}");
        }

        var result = Empty(shape, DType.Of<T>(), device);
        Transfers.Upload(data, result.Storage.Resolve(), 0);
        return result;
    }

    /// <summary>
    /// The address of the first element, for telling whether two tensors share memory; 0 where there is none.
    /// As <c>torch.Tensor.data_ptr</c>; the garbage collector may move what it points at.
    /// </summary>
    public unsafe long DataPointer => Storage.Expose() is HostBuffer buffer
        ? (long)Unsafe.AsPointer(ref buffer.Data) + (Layout.Offset * DType.Size)
        : RuntimeHelpers.GetHashCode(Storage) + (Layout.Offset * DType.Size);

    /// <summary>The elements, converted, in new memory; nothing is recorded.</summary>
    private Tensor Copied(ComputeDevice device, Layout layout, DType dtype)
    {
        if (ReferenceEquals(device, Device) && CopyPrograms.Copy(DType, dtype) is var program &&
            device.Pending.Takes(program, layout) &&
            device.Pending.TryDefer(program, layout, [this], []) is { } call)
        {
            return Of(call.Results[0]);
        }

        var result = Allocate(device, layout, dtype);
        CopyTo(result);
        return result;
    }

    /// <summary>Copies elements, converted and broadcast, to another tensor on any device; nothing is recorded.</summary>
    internal void CopyTo(Tensor destination)
    {
        if (destination.ElementCount == 0)
            return;
        if (ReferenceEquals(Device, destination.Device))
        {
            Device.Backend.Run(new PointwiseLaunch
            {
                Program = CopyPrograms.Copy(DType, destination.DType),
                Operands = [Operand(destination.Shape), destination.Target()],
            });
            return;
        }

        if (destination.Device.Type == DeviceType.Meta)
            return;

        // Between devices: convert on the side that has fewer bytes to send, pack, and send the bytes.
        var packed = Detach();
        if (destination.DType.Size < DType.Size)
            packed = packed.To(destination.DType);
        packed = packed.Contiguous();
        var direct = ReferenceEquals(packed.DType, destination.DType) && destination.IsContiguous &&
            packed.Shape == destination.Shape;
        var landing = direct ? destination
            : Allocate(destination.Device, Layout.Contiguous(packed.Shape), packed.DType);
        Transfers.Copy(
            packed.Storage.Resolve(), packed.Layout.Offset * packed.DType.Size,
            landing.Storage.ResolveForWriting(landing.Layout, landing.DType),
            landing.Layout.Offset * packed.DType.Size, packed.ElementCount * packed.DType.Size);
        if (!direct)
            landing.CopyTo(destination);
    }

    private static TensorRuntimeException TooLong() =>
        new("the tensor has more elements than a .NET array or span can hold", "take it in parts with Narrow");

    private void CheckElementType<T>() where T : unmanaged
    {
        if (DType.Of<T>() != DType)
        {
            throw new TensorTypeException(
                $"a tensor of {DType} has elements of type {DType.ClrType.Name}, not {typeof(T).Name}",
                "convert it first, as in x.To(DType.Float32)");
        }
    }
}
