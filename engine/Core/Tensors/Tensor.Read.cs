namespace KernelEngine;

/// <content>Reading the elements: at once, later, or not at all if that would mean to wait; and writing them.</content>
public partial class Tensor
{
    /// <summary>The elements in row-major order, in an array of their own. Waits for the device.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    /// <exception cref="TensorRuntimeException">There are more than an array can hold.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        var result = new T[CountForArray<T>()];
        if (result.Length == 0)
            return result;
        var source = Contiguous();
        Transfers.Download(source.Storage.Resolve(), source.Layout.Offset * DType.Size, result.AsSpan());
        return result;
    }

    /// <summary>
    /// The elements in row-major order as they are now, in an array of their own, without holding up the calling
    /// thread: what is launched or written after the call does not show in them. <see cref="ToArray{T}"/> waits.
    /// </summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    /// <exception cref="TensorRuntimeException">There are more than an array can hold.</exception>
    /// <exception cref="DeviceLostException">In the task: the device is lost.</exception>
    public ValueTask<T[]> ReadAsync<T>(CancellationToken cancellation = default) where T : unmanaged
    {
        var result = new T[CountForArray<T>()];
        var pending = ReadAsync(result.AsMemory(), cancellation);
        return pending.IsCompletedSuccessfully ? new(result) : Finished(pending, result);

        static async ValueTask<T[]> Finished(ValueTask pending, T[] result)
        {
            await pending.ConfigureAwait(false);
            return result;
        }
    }

    /// <summary>
    /// Copies the elements in row-major order, as they are now, to memory of the caller's, without holding up the
    /// calling thread.
    /// </summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <param name="destination">Where to; the caller's again when the task is done.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    /// <exception cref="TensorRuntimeException">The destination is too short.</exception>
    /// <exception cref="DeviceLostException">In the task: the device is lost.</exception>
    public ValueTask ReadAsync<T>(Memory<T> destination, CancellationToken cancellation = default) where T : unmanaged
    {
        CheckDestination<T>(destination.Length);
        if (ElementCount == 0)
            return ValueTask.CompletedTask;
        var source = Contiguous();
        return Transfers.DownloadAsync(
            source.Storage.Resolve(), source.Layout.Offset * DType.Size, destination[..(int)ElementCount],
            cancellation);
    }

    /// <summary>
    /// Copies the elements in row-major order if that needs no waiting, and allocates nothing. Where work on the device
    /// is pending, the first call asks for the elements as they are then and returns false; call again later, in the
    /// next frame say, to get them.
    /// </summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <param name="destination">Where to; unchanged where the elements are not there yet.</param>
    /// <returns>Whether the elements were there.</returns>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    /// <exception cref="TensorRuntimeException">
    /// The destination is too short, or the tensor is not contiguous or larger than a gigabyte.
    /// </exception>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public bool TryRead<T>(Span<T> destination) where T : unmanaged
    {
        CheckDestination<T>(destination.Length);
        if (!IsContiguous)
            throw NotContiguous("reading without waiting");
        if (ElementCount > Transfers.PieceOf<T>())
            throw new TensorRuntimeException("a tensor larger than a gigabyte is not read without waiting",
                "take it in parts with Narrow, or use ReadAsync");
        return ElementCount == 0 || Device.Backend.TryDownload(
            Storage.Resolve(), Layout.Offset * DType.Size,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(destination[..(int)ElementCount]));
    }

    /// <summary>
    /// Writes elements over this tensor's, in row-major order. The source may be reused on return; autograd sees a
    /// copy of a constant.
    /// </summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <param name="source">As many elements as the tensor has.</param>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    /// <exception cref="TensorRuntimeException">
    /// There are more or fewer elements, or this is a leaf that requires a gradient.
    /// </exception>
    public void CopyFrom<T>(ReadOnlySpan<T> source) where T : unmanaged
    {
        CheckElementType<T>();
        if (source.Length != ElementCount)
        {
            throw new TensorRuntimeException(
                $"shape '{Shape.ToListText()}' is invalid for input of size {source.Length}");
        }

        if (!IsContiguous || (Autograd.IsEnabled && RequiresGrad))
        {
            Copy_(FromSpan(source, Shape, Device));
            return;
        }

        InPlace.Check(this, recording: false);
        Transfers.Upload(source, Storage.ResolveForWriting(), Layout.Offset * DType.Size);
        Storage.Version++;
    }

    private long CountForArray<T>() where T : unmanaged
    {
        CheckElementType<T>();
        return ElementCount <= Array.MaxLength ? ElementCount : throw TooLong();
    }

    private void CheckDestination<T>(int length) where T : unmanaged
    {
        CheckElementType<T>();
        if (length < ElementCount)
        {
            throw new TensorRuntimeException(
                $"the destination has room for {length} elements, and the tensor has {ElementCount}");
        }
    }

    private TensorRuntimeException NotContiguous(string what) => new(
        $"{what} needs a contiguous tensor", $"shape {Shape.ToListText()}, strides " +
        $"[{string.Join(", ", Strides.ToArray())}]; call Contiguous() for a copy that is");
}
