namespace KernelEngine.Viewing;

/// <summary>A cell of a heat map.</summary>
/// <param name="Key">Whose elements the map shows.</param>
/// <param name="Values">Those that it shows.</param>
/// <param name="Grid">How they lie.</param>
/// <param name="Element">The cell's element; of an image's pixel the red one.</param>
internal readonly record struct MapCell(MapKey Key, MapValues Values, MapGrid Grid, int Element)
{
    /// <summary>Its numbers, one for each channel: at once where they are on the host, null elsewhere.</summary>
    public float[]? OnHost
    {
        get
        {
            if (Values is not HostValues host)
                return null;
            var numbers = new float[Grid.Channels];
            for (var i = 0; i < numbers.Length; i++)
                numbers[i] = host.Values[Element + (i * Grid.ChannelStride)];
            return numbers;
        }
    }
}

/// <summary>
/// A cell that somebody points at while its elements are on a device: its numbers, and no others, are read there.
/// </summary>
/// <param name="cell">The cell, of <see cref="DeviceValues"/>.</param>
/// <param name="earlier">What it was in an earlier frame, until it is read; null where that is not known.</param>
internal sealed class PointedCell(MapCell cell, float[]? earlier)
{
    private volatile float[]? numbers = earlier;

    /// <summary>The cell.</summary>
    public MapCell Cell => cell;

    /// <summary>Its numbers, one for each channel; null before they are known.</summary>
    public float[]? Numbers
    {
        get => numbers;
        set => numbers = value;
    }

    /// <summary>Whether it is being read, or was.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>Begins to read it, from the thread that uses the device.</summary>
    public ValueTask<float[]> Read()
    {
        IsAsked = true;
        using var mode = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        var (count, stride) = (cell.Grid.Channels, Math.Max(cell.Grid.ChannelStride, 1));
        var part = ((DeviceValues)cell.Values).Tensor.Narrow(0, cell.Element, ((count - 1L) * stride) + 1);
        return part[TensorIndex.Slice(step: stride)].ReadAsync<float>();
    }
}
