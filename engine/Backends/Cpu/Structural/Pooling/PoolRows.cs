using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>A tensor [N, C, D, H, W], by its rows.</summary>
internal readonly unsafe struct Planes<T> where T : unmanaged
{
    private readonly T* data;
    private readonly long channels, batchStep, channelStep, depthStep, heightStep;
    private readonly bool isEven; // planes at equal distances

    /// <summary>The planes of an operand whose memory is pinned.</summary>
    public Planes(void* data, Layout layout)
    {
        this.data = (T*)data;
        channels = layout.Shape[1];
        Count = layout.Shape[0] * channels;
        (Depth, Height, Width) = (layout.Shape[2], layout.Shape[3], layout.Shape[4]);
        (batchStep, channelStep) = (layout.Strides[0], layout.Strides[1]);
        (depthStep, heightStep, Step) = (layout.Strides[2], layout.Strides[3], layout.Strides[4]);
        isEven = layout.Shape[0] == 1 || batchStep == channels * channelStep;
    }

    /// <summary>N · C.</summary>
    public long Count { get; }

    /// <summary>D.</summary>
    public long Depth { get; }

    /// <summary>H.</summary>
    public long Height { get; }

    /// <summary>W.</summary>
    public long Width { get; }

    /// <summary>The step from element to element of a row.</summary>
    public long Step { get; }

    /// <summary>How many rows there are.</summary>
    public long Rows => Count * Depth * Height;

    /// <summary>The first element of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T* Row(long plane, long d, long h)
    {
        var row = data + (d * depthStep) + (h * heightStep);
        if (isEven)
            return row + (plane * channelStep);
        var n = plane / channels;
        return row + (n * batchStep) + ((plane - (n * channels)) * channelStep);
    }
}

/// <summary>Where a row is among all rows of planes.</summary>
internal struct RowPlace
{
    private readonly long depth, height;

    /// <summary>The place of a row by its number.</summary>
    public RowPlace(long row, long depth, long height)
    {
        (this.depth, this.height) = (depth, height);
        var slice = row / height;
        Plane = slice / depth;
        (D, H) = (slice - (Plane * depth), row - (slice * height));
    }

    /// <summary>Its plane.</summary>
    public long Plane { get; private set; }

    /// <summary>Its depth.</summary>
    public long D { get; private set; }

    /// <summary>Its height.</summary>
    public long H { get; private set; }

    /// <summary>Goes on to the next row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        if (++H < height)
            return;
        H = 0;
        if (++D < depth)
            return;
        D = 0;
        Plane++;
    }
}

/// <summary>Windows along one dimension.</summary>
internal readonly struct Windows(long size, long count, long kernel, long stride, long padding, long dilation)
{
    /// <summary>The size of the dimension.</summary>
    public readonly long Size = size;

    /// <summary>How many windows.</summary>
    public readonly long Count = count;

    /// <summary>The size of a window.</summary>
    public readonly long Kernel = kernel;

    /// <summary>The step from window to window.</summary>
    public readonly long Stride = stride;

    /// <summary>What is before the dimension.</summary>
    public readonly long Padding = padding;

    /// <summary>The step within a window.</summary>
    public readonly long Dilation = dilation;

    /// <summary>
    /// The first place that is inside in any window: a window may be far larger than the dimension, padding and all.
    /// </summary>
    public readonly long From = Math.Clamp((padding - ((count - 1) * stride) + dilation - 1) / dilation, 0, kernel);

    /// <summary>Behind the last place that is inside in any window.</summary>
    public readonly long To = Math.Clamp((padding + size + dilation - 1) / dilation, 0, kernel);

    /// <summary>The first place of a window that is inside.</summary>
    public long First(long window)
    {
        var start = (window * Stride) - Padding;
        return start >= 0 ? 0 : (-start + Dilation - 1) / Dilation;
    }

    /// <summary>Behind the last place of a window that is inside.</summary>
    public long Last(long window)
    {
        var room = Size - ((window * Stride) - Padding);
        return room <= 0 ? 0 : Math.Min(Kernel, (room + Dilation - 1) / Dilation);
    }

    /// <summary>Where a place of a window is in the dimension.</summary>
    public long At(long window, long place) => (window * Stride) - Padding + (place * Dilation);

    /// <summary>The window that has an element at a place; -1 where there is none.</summary>
    public long Covering(long element, long place)
    {
        var start = element + Padding - (place * Dilation);
        if (start < 0)
            return -1;
        var window = start / Stride;
        return window < Count && window * Stride == start ? window : -1;
    }

    /// <summary>What an average is divided by.</summary>
    public long Elements(long window, bool includesPadding)
    {
        var start = (window * Stride) - Padding;
        var end = Math.Min(start + Kernel, Size + Padding);
        return includesPadding ? end - start : Math.Max(1, Math.Min(end, Size) - Math.Max(start, 0));
    }
}

/// <summary>
/// A row of the input, split so that each place of all windows along it is a run of adjacent elements: element
/// place · dilation + window · stride - padding of the row is element [window] of the column of the place. Elements
/// whose index leaves the same rest by the stride form a phase; a column is a phase from somewhere on.
/// </summary>
internal readonly unsafe struct Columns<TWide> where TWide : unmanaged
{
    private readonly TWide* memory;
    private readonly TWide** columns;
    private readonly long phases, length, lead, stride, dilation, padding, width, first;

    /// <summary>Room in the workspace.</summary>
    public Columns(Workspace workspace, in Windows windows)
    {
        (stride, dilation, padding, width) = (windows.Stride, windows.Dilation, windows.Padding, windows.Size);
        var period = stride / (long)BigInteger.GreatestCommonDivisor(stride, dilation);
        first = windows.From;
        var count = Math.Max(0, windows.To - first);
        phases = Math.Min(period, count);
        lead = Math.Max(0, -Shift(first));
        Padded = (windows.Count + Vector<TWide>.Count - 1) / Vector<TWide>.Count * Vector<TWide>.Count;
        var last = Shift(windows.To - 1);
        length = lead + Math.Max((width + stride - 1) / stride, Padded + Math.Max(0, last)) + Vector<TWide>.Count;
        memory = (TWide*)workspace.Take(checked((nint)(phases * length * sizeof(TWide))));
        columns = (TWide**)workspace.Take(checked((nint)(count * sizeof(TWide*))));
        for (var k = 0L; k < count; k++)
            columns[k] = memory + (k % period * length) + lead + Shift(first + k);
    }

    /// <summary>The number of windows, in whole vectors.</summary>
    public long Padded { get; }

    /// <summary>The elements at a place of all windows; there is room for whole vectors.</summary>
    public TWide* this[long place] => columns[place - first];

    /// <summary>Writes a value to every place, also of those outside of the row.</summary>
    public void Fill(TWide value) => new Span<TWide>(memory, checked((int)(phases * length))).Fill(value);

    /// <summary>Reads a row; what is outside of it stays.</summary>
    public void Read<T, TElement>(T* row, long step) where T : unmanaged where TElement : struct, IElement<T, TWide>
    {
        if (typeof(T) == typeof(TWide) && sizeof(TWide) == 4 && step == 1 && stride == 2 && phases == 2 &&
            Avx512F.IsSupported)
        {
            var even = (float*)memory + (Rest(0) * length) + lead;
            PoolElements.Split((float*)row, even, (float*)memory + ((1 - Rest(0)) * length) + lead, width);
            return;
        }

        for (var phase = 0L; phase < phases; phase++)
        {
            var to = memory + (phase * length) + lead;
            var rest = Rest(phase);
            var count = (width - rest + stride - 1) / stride;
            if (typeof(T) == typeof(TWide) && step * stride == 1)
            {
                PoolElements.Load<T, TWide, TElement>(row, 1, to, count);
                continue;
            }

            var from = row + (rest * step);
            for (var j = 0L; j < count; j++, from += stride * step)
                to[j] = TElement.Load(*from);
        }
    }

    /// <summary>Writes a row: zero where no window has an element.</summary>
    public void Write<T, TElement>(T* row, long step) where T : unmanaged where TElement : struct, IElement<T, TWide>
    {
        if (typeof(T) == typeof(TWide) && phases == 1 && step * stride == 1)
        {
            PoolElements.Store<T, TWide, TElement>(memory + lead, row, 1, width);
            return;
        }

        if (phases < stride)
        {
            for (var i = 0L; i < width; i++)
                row[i * step] = default;
        }

        for (var phase = 0L; phase < phases; phase++)
        {
            var from = memory + (phase * length) + lead;
            var rest = Rest(phase);
            var count = (width - rest + stride - 1) / stride;
            var to = row + (rest * step);
            for (var j = 0L; j < count; j++, to += stride * step)
                *to = TElement.Store(from[j]);
        }
    }

    private long Rest(long phase)
    {
        var rest = (((first + phase) * dilation) - padding) % stride;
        return rest < 0 ? rest + stride : rest;
    }

    private long Shift(long place) => PoolWindows.FloorDivide((place * dilation) - padding, stride);
}
