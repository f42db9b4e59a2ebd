using System.Runtime.InteropServices;
using Silk.NET.Vulkan;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>
/// Records what draws pictures: maps and histograms with the canvas over them. All else of a picture is the canvas as it
/// is, and is copied. What is not drawn again is kept.
/// </summary>
internal sealed unsafe class PictureCommands : IDisposable
{
    private const int RowsOfGroup = 8;

    // A group counts so many elements of a histogram, and there are at most so many groups.
    private const int CountedByGroup = 4096, MostGroups = 512;

    private readonly RenderDevice device;
    private readonly RenderPipelines pipelines;
    private readonly PictureSets sets;
    private readonly UploadMemory upload;
    private readonly RenderMemory canvas, screen, counts;
    private readonly List<PixelRect> unseen = [];
    private readonly List<BufferCopy> repeats = [];
    private RenderFrame frame = null!;

    public PictureCommands(RenderDevice device)
    {
        this.device = device;
        pipelines = new RenderPipelines(device);
        sets = new PictureSets(device, pipelines.SetLayout);
        upload = new UploadMemory(device);
        canvas = new RenderMemory(device, MemoryUse.FromHost);
        screen = new RenderMemory(device, MemoryUse.Device);
        counts = new RenderMemory(device, MemoryUse.Device);
    }

    /// <summary>The canvas, row by row; behind a barrier, to be copied.</summary>
    public RenderMemory Canvas => canvas;

    /// <summary>As large: the pixels of <see cref="Drawn"/>, with the canvas over them.</summary>
    public RenderMemory Screen => screen;

    /// <summary>Where pixels are of <see cref="Screen"/>; all others are the canvas.</summary>
    public IReadOnlyList<PixelRect> Drawn { get; private set; } = [];

    /// <summary>How large the picture is.</summary>
    public PixelSize Size { get; private set; }

    /// <summary>Whether blue comes first in a pixel, as screens of most systems have it.</summary>
    public bool IsBlueFirst { get; private set; }

    /// <summary>Takes memory for pixels; nothing is in flight.</summary>
    /// <returns>Whether what was drawn is gone.</returns>
    public bool Resize(PixelSize size, bool isBlueFirst)
    {
        var bytes = 4L * size.Width * size.Height;
        var isNew = canvas.Reserve(bytes) | screen.Reserve(bytes) | Size != size | IsBlueFirst != isBlueFirst;
        (Size, IsBlueFirst, Drawn) = (size, isBlueFirst, isNew ? [] : Drawn);
        return isNew;
    }

    /// <summary>Records what draws a picture.</summary>
    public void Record(RenderFrame frame, Picture picture, PictureChanges changes)
    {
        this.frame = frame;
        upload.Begin(changes.Maps.Sum(WordsOf) + changes.Histograms.Sum(WordsOf));
        sets.Begin(changes.Maps.Count + changes.Histograms.Count);
        CopyCanvas(picture.Canvas, changes.Canvas);

        // The frame before may have written what this one copies, and copied what this one writes.
        const PipelineStageFlags All = PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit;
        frame.Barrier(All, AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit, All,
            AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit | AccessFlags.TransferReadBit
            | AccessFlags.TransferWriteBit);
        unseen.Clear();
        var bars = Count(changes.Histograms);
        repeats.Clear();
        foreach (var map in changes.Maps)
            Draw(map, IsClear(picture.Canvas, map.Bounds.Intersect(Size.Bounds)));
        foreach (var (histogram, heights) in changes.Histograms.Zip(bars))
            Draw(histogram, heights);
        frame.Barrier(PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
            PipelineStageFlags.TransferBit, AccessFlags.TransferReadBit);
        Repeat();
        Drawn =
        [
            .. picture.Maps.Select(m => m.Bounds).Concat(picture.Histograms.Select(h => h.Bounds))
                .Select(r => r.Intersect(Size.Bounds)).Where(r => !r.IsEmpty),
        ];
    }

    /// <summary>Gives everything back; nothing is in flight.</summary>
    public void Dispose()
    {
        counts.Dispose();
        screen.Dispose();
        canvas.Dispose();
        upload.Dispose();
        sets.Dispose();
        pipelines.Dispose();
    }

    private static long WordsOf(HeatMap map) => ColorMap.Count + WordsOf(map.Values) + WordsOf(map.Bounds);

    private static long WordsOf(HistogramBars bars) => WordsOf(bars.Values) + WordsOf(bars.Bounds);

    private static long WordsOf(MapValues values) => values is HostValues ? values.Count : 0;

    // One for each column, three for each row.
    private static long WordsOf(PixelRect bounds) => bounds.Width + (3L * bounds.Height);

    // Nothing is in flight, so the host writes where the device will read.
    private void CopyCanvas(SKBitmap bitmap, IReadOnlyList<PixelRect> parts)
    {
        var pixels = new ReadOnlySpan<byte>((void*)bitmap.GetPixels(), bitmap.RowBytes * bitmap.Height);
        foreach (var part in parts)
        {
            for (var y = part.Y; y < part.Bottom; y++)
            {
                var from = pixels.Slice((y * bitmap.RowBytes) + (4 * part.X), 4 * part.Width);
                var to = canvas.At<byte>(4L * (((long)y * Size.Width) + part.X), from.Length);
                if (IsBlueFirst)
                    PixelOrder.ExchangeRedAndBlue(from, to);
                else
                    from.CopyTo(to);
            }
        }
    }

    // In the order of the screen.
    private uint ColorOf(uint color) => IsBlueFirst ? PixelOrder.ExchangeRedAndBlue(color) : color;

    private (BufferView View, int Start) ViewOf(MapValues values) => values is HostValues host
        ? (upload.Floats, upload.PlaceOf(host, host.Values))
        : frame.ViewOf(TensorOf(values));

    private ulong AddressOf(MapValues values) => values is HostValues host
        ? upload.AddressOf(upload.PlaceOf(host, host.Values))
        : frame.PlaceOf(TensorOf(values)).Address;

    private Tensor TensorOf(MapValues values) =>
        values is DeviceValues { Tensor: { DType.Code: DTypeCode.Float32 } tensor } && tensor.Device == device.Computing
            ? tensor
            : throw new TensorValueException(
                $"the elements of a map are not float32 on the host or on {device.Computing}");

    // Leaves for each histogram how high its bars are; returns where.
    private List<ulong> Count(IReadOnlyList<HistogramBars> histograms)
    {
        List<ulong> places = [];
        var words = histograms.Sum(h => (long)h.Bins);
        if (words == 0)
            return places;
        counts.Reserve(words * sizeof(uint));
        device.Api.CmdFillBuffer(frame.Commands, counts.Buffer, 0, (ulong)words * sizeof(uint), 0);
        frame.Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.ComputeShaderBit,
            AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        Bind(pipelines.Counts);
        var place = counts.Address;
        foreach (var histogram in histograms)
        {
            Push(new CountsParameters
            {
                Values = AddressOf(histogram.Values),
                Counts = place,
                Count = histogram.Values.Count,
                Bins = histogram.Bins,
                InverseScale = 1 / histogram.Scale,
            });
            var groups = Math.Clamp(histogram.Values.Count / CountedByGroup, 1, MostGroups);
            device.Api.CmdDispatch(frame.Commands, (uint)groups, 1, 1);
            places.Add(place);
            place += (ulong)histogram.Bins * sizeof(uint);
        }

        ComputeBarrier();
        Bind(pipelines.Heights);
        foreach (var (histogram, counted) in histograms.Zip(places))
        {
            Push(new HeightsParameters { Counts = counted, Bins = histogram.Bins, Height = histogram.Bounds.Height });
            device.Api.CmdDispatch(frame.Commands, 1, 1, 1);
        }

        ComputeBarrier();
        return places;
    }

    private void Draw(HeatMap map, bool isAlone)
    {
        if (map.Grid.LastElement >= map.Values.Count)
            throw new TensorValueException($"a map of {map.Values.Count} elements shows element {map.Grid.LastElement}");
        var part = map.Bounds.Intersect(Size.Bounds);
        var (columns, rows) = (new MapPlace[part.Width], new MapPlace[part.Height]);
        map.PartTo(part, columns, rows);
        var parameters = Begin(part, out var columnTable, out var rowTable);
        for (var x = 0; x < part.Width; x++)
            columnTable[x] = columns[x].Element;
        var (tile, tileColumns, drawn) = (-1, 0, 0);
        for (var y = 0; y < part.Height; y++)
        {
            // A row of tiles that is not full ends at the first column of a tile that there is not.
            if (rows[y].Tile != tile)
            {
                tile = rows[y].Tile;
                tileColumns = Array.FindIndex(columns, c => c.Tile + tile >= map.Grid.Tiles);
                tileColumns = tileColumns < 0 ? part.Width : tileColumns;
            }

            // Where processors stand in for GPUs, a row like the one before is copied at a tenth of the price.
            if (isAlone && device.IsProcessor && y > 0 && rows[y] == rows[y - 1])
                repeats.Add(new(RowAt(part, rowTable[drawn - 1].Row), RowAt(part, y), sizeof(uint) * (ulong)part.Width));
            else
                rowTable[drawn++] = new(rows[y].Element, rows[y].IsGap ? 0 : tileColumns, y);
        }

        parameters.Bounds = part with { Height = drawn };
        var colors = upload.Take<uint>(ColorMap.Count, out parameters.Colors);
        for (var i = 0; i < colors.Length; i++)
            colors[i] = ColorOf(map.Colors.Colors[i]);
        (var view, parameters.Start) = ViewOf(map.Values);
        parameters.ChannelStride = map.Grid.Channels == 1 ? 0 : map.Grid.ChannelStride;
        parameters.InverseScale = 1 / map.Scale;
        parameters.Back = ColorOf(map.Gap);
        Draw(isAlone ? pipelines.MapAlone : pipelines.Map, part, view, parameters);
    }

    private void Draw(HistogramBars bars, ulong heights)
    {
        var part = bars.Bounds.Intersect(Size.Bounds);
        var parameters = Begin(part, out var columnTable, out var rowTable);
        for (var x = 0; x < part.Width; x++)
            columnTable[x] = bars.BinAt(part.X + x);
        for (var y = 0; y < part.Height; y++)
            rowTable[y] = new(bars.Bounds.Bottom - part.Y - y, 0, y);
        parameters.Heights = heights;
        parameters.Back = ColorOf(bars.Back);
        parameters.Bar = ColorOf(bars.Bar);
        Draw(pipelines.Bars, part, upload.Floats, parameters);
    }

    // Whether the canvas is transparent there.
    private static bool IsClear(SKBitmap bitmap, PixelRect part)
    {
        var pixels = new ReadOnlySpan<uint>((void*)bitmap.GetPixels(), bitmap.Width * bitmap.Height);
        for (var y = part.Y; y < part.Bottom; y++)
        {
            if (pixels.Slice((y * bitmap.Width) + part.X, part.Width).ContainsAnyExcept(0U))
                return false;
        }

        return true;
    }

    private ulong RowAt(PixelRect part, int row) =>
        sizeof(uint) * (((ulong)(part.Y + row) * (ulong)Size.Width) + (ulong)part.X);

    // Copies rows of what was drawn to those that are the same.
    private void Repeat()
    {
        if (repeats.Count == 0)
            return;
        const PipelineStageFlags Copies = PipelineStageFlags.TransferBit;
        frame.Barrier(
            PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, Copies,
            AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit);
        fixed (BufferCopy* pointer = CollectionsMarshal.AsSpan(repeats))
        {
            device.Api.CmdCopyBuffer(
                frame.Commands, screen.Buffer, screen.Buffer, (uint)repeats.Count, pointer);
        }

        frame.Barrier(
            Copies, AccessFlags.TransferWriteBit, Copies | PipelineStageFlags.ComputeShaderBit,
            AccessFlags.TransferReadBit | AccessFlags.ShaderWriteBit);
        repeats.Clear();
    }

    // Takes room for the tables of a rectangle's columns and rows.
    private PictureParameters Begin(PixelRect bounds, out Span<int> columns, out Span<RowEntry> rows)
    {
        columns = upload.Take<int>(bounds.Width, out var columnPlace);
        rows = MemoryMarshal.Cast<int, RowEntry>(upload.Take<int>(3 * bounds.Height, out var rowPlace));
        return new()
        {
            Bounds = bounds,
            Pitch = Size.Width,
            Columns = columnPlace,
            Rows = rowPlace,
            RedShift = IsBlueFirst ? 16 : 0,
        };
    }

    private void Draw(Pipeline pipeline, PixelRect part, BufferView values, PictureParameters parameters)
    {
        if (unseen.Exists(part.Intersects))
        {
            Repeat();
            ComputeBarrier();
            unseen.Clear();
        }

        unseen.Add(part);
        var set = sets.Take(values, upload.Integers, canvas.View(Format.R32Uint), screen.View(Format.R32Uint));
        device.Api.CmdBindDescriptorSets(
            frame.Commands, PipelineBindPoint.Compute, pipelines.Layout, 0, 1, &set, 0, null);
        Bind(pipeline);
        Push(parameters);
        device.Api.CmdDispatch(
            frame.Commands, 1, (uint)((parameters.Bounds.Height + RowsOfGroup - 1) / RowsOfGroup), 1);
    }

    private void Bind(Pipeline pipeline) =>
        device.Api.CmdBindPipeline(frame.Commands, PipelineBindPoint.Compute, pipeline);

    private void Push<T>(T parameters)
        where T : unmanaged => device.Api.CmdPushConstants(
            frame.Commands, pipelines.Layout, ShaderStageFlags.ComputeBit, 0, (uint)sizeof(T), &parameters);

    private void ComputeBarrier() => frame.Barrier(
        PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, PipelineStageFlags.ComputeShaderBit,
        AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);

    // What the shader takes of a row of pixels.
    private readonly record struct RowEntry(int Value, int Columns, int Row);
}
