namespace KernelEngine.Gpu;

/// <summary>
/// A launch being put together: buffers in the order that the kernel declares them, then its parameters in that order,
/// then <see cref="Over"/> or <see cref="Groups"/>, which records it.
/// </summary>
internal readonly ref struct GpuLaunch
{
    /// <summary>The most dimensions of a <see cref="Layout(KernelEngine.Layout)"/> parameter.</summary>
    public const int LayoutRank = 8;

    // Groups that keep a processor busy: more only repeat what comes before the loop. Yet few elements for a thread:
    // llvmpipe ends its loops after 65535 rounds in all, and an element may take thousands.
    private const int ProcessorGroups = 64;
    private const int ProcessorRounds = 32768;

    private readonly GpuDevice device;
    private readonly KernelSource source;
    private readonly GpuKernel kernel;
    private readonly LaunchWords words;

    internal GpuLaunch(GpuDevice device, KernelSource source)
    {
        (this.device, this.source) = (device, source);
        kernel = device.Build(source);
        var buffers = source.Accesses.Length;
        words = LaunchWords.Begin(kernel.TableAddress is null ? buffers : buffers + 1);
        if (kernel.TableAddress is { } tables)
            words.SetBuffer(buffers, tables);
    }

    /// <summary>How many more words there is room for.</summary>
    public int Room => words.Room;

    /// <summary>How many more members of a list there is room for.</summary>
    public int MemberRoom => words.BlockRoom;

    /// <summary>A buffer of the kernel: an operand, from its first element on.</summary>
    /// <exception cref="TensorRuntimeException">Its elements lie further apart than 32 bits count.</exception>
    public GpuLaunch Buffer(in Operand operand)
    {
        var extent = operand.Layout.StorageExtent - operand.Layout.Offset;
        if (extent > int.MaxValue)
        {
            words.End();
            throw TooLarge(source.Name, extent);
        }

        return Buffer((GpuBuffer)operand.Buffer, operand.Layout.Offset * operand.DType.Size);
    }

    /// <summary>A buffer of the kernel, from a byte on.</summary>
    public GpuLaunch Buffer(GpuBuffer buffer, long byteOffset = 0) =>
        Buffer(buffer, byteOffset, source.Accesses[words.BufferCount]);

    private GpuLaunch Buffer(GpuBuffer buffer, long byteOffset, Access access)
    {
        var index = words.BufferCount;
        var block = words.Use(buffer, access);
        if (device.Limits.TakesAddresses)
        {
            words.SetBuffer(index, block.Memory.Address + (ulong)(block.Offset + byteOffset));
        }
        else
        {
            words.SetBuffer(index, (ulong)(block.Offset + byteOffset));
            words.Bind(block.Memory);
        }

        return this;
    }

    /// <summary>What the exception is made of, should an index be out of range.</summary>
    public GpuLaunch Fault(IndexFault fault, long dimension, long size) =>
        Fault(new Fault(fault, FactorFault.None, dimension, size));

    /// <summary>What the exception is made of, should a matrix have no factors.</summary>
    public GpuLaunch Fault(FactorFault fault, bool isBatch) =>
        Fault(new Fault(null, fault, isBatch ? 1 : 0, 0));

    /// <summary>A member of a list of tensors, with two words of its own.</summary>
    /// <returns>Whether there was room for it; if not, the launch is to be ended and another begun.</returns>
    public bool TryMember(in Operand operand, Access access)
    {
        var buffer = (GpuBuffer)operand.Buffer;
        var block = buffer.Block;
        var offset = (ulong)(block.Offset + (operand.Layout.Offset * operand.DType.Size));
        ulong address;
        if (device.Limits.TakesAddresses)
        {
            address = block.Memory.Address + offset;
        }
        else
        {
            var slab = words.BindSlab(block.Memory);
            if (slab < 0)
                return false;
            address = ((ulong)slab << 56) | offset;
        }

        words.Use(buffer, access);
        words.Add((uint)address);
        words.Add((uint)(address >> 32));
        return true;
    }

    /// <summary>A word as it is.</summary>
    public GpuLaunch Word(uint word)
    {
        words.Add(word);
        return this;
    }

    /// <summary>A whole number of 32 bits.</summary>
    /// <exception cref="TensorRuntimeException">It has more: the operands are too large for this kernel.</exception>
    public GpuLaunch Int(long number)
    {
        if (number != (int)number)
        {
            words.End();
            throw TooLarge(source.Name, number);
        }

        words.Add((uint)(int)number);
        return this;
    }

    /// <summary>Two words, the lower one first: a whole number of 64 bits, the bits of a double.</summary>
    public GpuLaunch Long(long number)
    {
        words.Add((uint)number);
        words.Add((uint)(number >> 32));
        return this;
    }

    /// <summary>A float32.</summary>
    public GpuLaunch Float(double number) => Word(BitConverter.SingleToUInt32Bits((float)number));

    /// <summary>A number in the kind that the kernel computes in; whole kinds by way of int64.</summary>
    public GpuLaunch Real(double number, DType computed) => computed.Register switch
    {
        ValueKind.Float64 => Long(BitConverter.DoubleToInt64Bits(number)),
        ValueKind.Float32 => Float(number),
        ValueKind.Int64 => Long((long)number),
        _ => Word((uint)(long)number),
    };

    /// <summary>Rank, sizes and strides of up to eight dimensions, merged where they can be.</summary>
    /// <exception cref="TensorRuntimeException">There are more dimensions, or more elements than 32 bits count.
    /// </exception>
    public GpuLaunch Layout(Layout layout) => Layout(layout.Shape.AsSpan(), layout.Strides);

    /// <inheritdoc cref="Layout(KernelEngine.Layout)"/>
    public GpuLaunch Layout(ReadOnlySpan<long> fromSizes, ReadOnlySpan<long> fromStrides)
    {
        Span<long> sizes = stackalloc long[Math.Max(1, fromSizes.Length)];
        Span<long> strides = stackalloc long[Math.Max(1, fromSizes.Length)];
        var rank = StridedForm.Merge(fromSizes, fromStrides, sizes, strides);
        if (rank > LayoutRank)
        {
            words.End();
            throw new TensorRuntimeException(
                $"{source.Name}: an operand has {fromSizes.Length} dimensions that cannot be merged to {LayoutRank}",
                "call Contiguous() first");
        }

        Int(rank);
        for (var i = 0; i < LayoutRank; i++)
            Int(i < rank ? sizes[i] : 1);
        for (var i = 0; i < LayoutRank; i++)
            Int(i < rank ? strides[i] : 0);
        return this;
    }

    /// <summary>Rank, sizes and strides of a layout as it is, for SIZE and STRIDE.</summary>
    /// <exception cref="TensorRuntimeException">There are more dimensions than a launch takes.</exception>
    public GpuLaunch Dims(Layout layout)
    {
        if (layout.Rank > LayoutRank)
        {
            words.End();
            throw new TensorRuntimeException(
                $"{source.Name}: {layout.Rank} dimensions are more than {LayoutRank}", "reshape the tensor first");
        }

        Int(layout.Rank);
        for (var i = 0; i < LayoutRank; i++)
            Int(i < layout.Rank ? layout.Shape[i] : 1);
        for (var i = 0; i < LayoutRank; i++)
            Int(i < layout.Rank ? layout.Strides[i] : 0);
        return this;
    }

    /// <summary>Records it with enough groups for so many threads, that go over the elements in steps.</summary>
    /// <param name="threads">How many elements there are to be gone over.</param>
    /// <param name="rounds">How many rounds of loops an element takes.</param>
    public void Over(long threads, long rounds = 4096)
    {
        var limits = device.Limits;
        var perGroup = source.Threads.X;
        var elements = Math.Clamp(ProcessorRounds / Math.Max(1, rounds), 1, 64);
        var most = !limits.IsProcessor ? limits.MaxGroups : Math.Clamp(
            (threads + (perGroup * elements) - 1) / (perGroup * elements), ProcessorGroups, limits.MaxGroups);
        Groups((int)Math.Clamp((threads + perGroup - 1) / perGroup, 1, most), 1, 1);
    }

    /// <summary>Records it with so many groups.</summary>
    public void Groups(int x, int y = 1, int z = 1)
    {
        try
        {
            if (source.HasFaults)
            {
                // Launches come to it by atomic operations, in any order.
                Buffer(device.ErrorRecord, 0, Access.Read);
                if (words.Fault is null)
                    throw new InvalidOperationException($"{source.Name}: nothing says what its faults mean");
            }

            if (Math.Max(x, Math.Max(y, z)) > device.Limits.MaxGroups)
                throw TooLarge(source.Name, Math.Max(x, Math.Max(y, z)));

            // A list's kernel may have room for more pieces of memory than its members lie in.
            while (words.BindingCount > 0 && words.BindingCount < source.Accesses.Length)
                words.Bind(words.Bindings[0]!);
            device.Record(kernel, source, words, x, y, z);
        }
        finally
        {
            words.End();
        }
    }

    /// <summary>Lets go of a launch that is not to be recorded after all.</summary>
    public void Abandon() => words.End();

    private GpuLaunch Fault(Fault fault)
    {
        words.Fault = fault;
        return this;
    }

    private static TensorRuntimeException TooLarge(string kernel, long number) => new(
        $"{kernel}: the operands are too large for one launch ({number} does not fit in what it counts with)",
        "take them in parts with Narrow or Split");
}
