using Silk.NET.Vulkan;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Records what draws pictures into a buffer of pixels, that keeps what is not drawn again.</summary>
internal sealed unsafe class PictureCommands : IDisposable
{
    private const int GroupWidth = 64, GroupHeight = 4;

    // A group counts so many elements of a histogram, and there are at most so many groups.
    private const int CountedByGroup = 4096, MostGroups = 512;

    private readonly RenderDevice device;
    private readonly RenderPipelines pipelines;
    private readonly UploadMemory upload;
    private readonly RenderMemory canvas, screen, counts;
    private readonly List<PixelRect> unseen = [];
    private CommandBuffer commands;
    private PictureParameters window;

    public PictureCommands(RenderDevice device)
    {
        this.device = device;
        pipelines = new RenderPipelines(device);
        upload = new UploadMemory(device);
        canvas = new RenderMemory(device, MemoryUse.FromHost);
        screen = new RenderMemory(device, MemoryUse.Device);
        counts = new RenderMemory(device, MemoryUse.Device);
    }

    /// <summary>The pixels, row by row.</summary>
    public RenderMemory Screen => screen;

    /// <summary>How large they are.</summary>
    public PixelSize Size { get; private set; }

    /// <summary>Whether blue comes first in a pixel, as screens of most systems have it. Nothing is drawn when it changes.
    /// </summary>
    public bool IsBlueFirst { get; set; }

    /// <summary>Takes memory for a size; nothing is in flight.</summary>
    /// <returns>Whether what was drawn is gone.</returns>
    public bool Resize(PixelSize size)
    {
        var bytes = 4L * size.Width * size.Height;
        var isNew = canvas.Reserve(bytes) | screen.Reserve(bytes) | Size != size;
        Size = size;
        return isNew;
    }

    /// <summary>Records what draws a picture.</summary>
    public void Record(RenderFrame frame, Picture picture, PictureChanges changes)
    {
        commands = frame.Commands;
        upload.Begin(changes.Maps.Sum(BytesOf) + changes.Histograms.Sum(BytesOf));
        CopyCanvas(picture.Canvas, changes.Canvas);
        window = new PictureParameters
        {
            Canvas = canvas.Address, Screen = screen.Address, Pitch = Size.Width, IsBlueFirst = IsBlueFirst ? 1U : 0,
        };

        // The frame before may have written what this one copies, and copied what this one writes.
        const PipelineStageFlags All = PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit;
        Barrier(All, AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit, All,
            AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit | AccessFlags.TransferReadBit
            | AccessFlags.TransferWriteBit);
        unseen.Clear();
        var bars = Count(frame, changes.Histograms);
        foreach (var rectangle in changes.Plain)
            Draw(pipelines.Canvas, rectangle, window);
        foreach (var map in changes.Maps)
            Draw(frame, map);
        foreach (var (histogram, heights) in changes.Histograms.Zip(bars))
            Draw(histogram, heights);
        Barrier(PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit,
            PipelineStageFlags.TransferBit, AccessFlags.TransferReadBit);
    }

    /// <summary>Gives everything back; nothing is in flight.</summary>
    public void Dispose()
    {
        counts.Dispose();
        screen.Dispose();
        canvas.Dispose();
        upload.Dispose();
        pipelines.Dispose();
    }

    private static long BytesOf(HeatMap map) => UploadMemory.SizeOf<uint>(ColorMap.Count) + BytesOf(map.Values)
        + UploadMemory.SizeOf<MapPlace>(map.Bounds.Width + map.Bounds.Height);

    private static long BytesOf(HistogramBars bars) => BytesOf(bars.Values)
        + UploadMemory.SizeOf<MapPlace>(bars.Bounds.Width + bars.Bounds.Height);

    private static long BytesOf(MapValues values) => values is HostValues ? UploadMemory.SizeOf<float>(values.Count) : 0;

    // Nothing is in flight, so the host writes where the device will read.
    private void CopyCanvas(SKBitmap bitmap, IReadOnlyList<PixelRect> parts)
    {
        var pixels = new ReadOnlySpan<byte>((void*)bitmap.GetPixels(), bitmap.RowBytes * bitmap.Height);
        foreach (var part in parts)
        {
            if (part.Width == Size.Width && bitmap.RowBytes == 4 * part.Width)
            {
                var from = part.Y * bitmap.RowBytes;
                var bytes = part.Height * bitmap.RowBytes;
                pixels.Slice(from, bytes).CopyTo(canvas.At<byte>(from, bytes));
                continue;
            }

            for (var y = part.Y; y < part.Bottom; y++)
            {
                pixels.Slice((y * bitmap.RowBytes) + (4 * part.X), 4 * part.Width)
                    .CopyTo(canvas.At<byte>(4L * (((long)y * Size.Width) + part.X), 4 * part.Width));
            }
        }
    }

    private ulong AddressOf(RenderFrame frame, MapValues values) => values switch
    {
        HostValues host => upload.AddressOf(host, host.Values),
        DeviceValues { Tensor: { DType.Code: DTypeCode.Float32 } tensor } when tensor.Device == device.Computing =>
            frame.AddressOf(tensor),
        _ => throw new TensorValueException($"the elements of a map are not float32 on the host or on {device.Computing}"),
    };

    // Leaves for each histogram how high its bars are; returns where.
    private List<ulong> Count(RenderFrame frame, IReadOnlyList<HistogramBars> histograms)
    {
        List<ulong> places = [];
        var bytes = 0UL;
        foreach (var histogram in histograms)
        {
            places.Add(bytes);
            bytes += (ulong)UploadMemory.SizeOf<uint>(histogram.Bins);
        }

        if (bytes == 0)
            return places;
        counts.Reserve((long)bytes);
        device.Api.CmdFillBuffer(commands, counts.Buffer, 0, bytes, 0);
        Barrier(PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.ComputeShaderBit,
            AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);
        Bind(pipelines.Counts);
        foreach (var (i, histogram) in histograms.Index())
        {
            places[i] += counts.Address;
            var values = histogram.Values;
            Push(new CountsParameters
            {
                Values = AddressOf(frame, values), Counts = places[i], Count = values.Count, Bins = histogram.Bins,
                InverseScale = 1 / histogram.Scale,
            });
            var groups = Math.Clamp(values.Count / CountedByGroup, 1, MostGroups);
            device.Api.CmdDispatch(commands, (uint)groups, 1, 1);
        }

        ComputeBarrier();
        Bind(pipelines.Heights);
        foreach (var (histogram, place) in histograms.Zip(places))
        {
            Push(new HeightsParameters { Counts = place, Bins = histogram.Bins, Height = histogram.Bounds.Height });
            device.Api.CmdDispatch(commands, 1, 1, 1);
        }

        ComputeBarrier();
        return places;
    }

    private void Draw(RenderFrame frame, HeatMap map)
    {
        if (map.Grid.LastElement >= map.Values.Count)
            throw new TensorValueException($"a map of {map.Values.Count} elements shows element {map.Grid.LastElement}");
        var part = map.Bounds.Intersect(Size.Bounds);
        map.PartTo(part, Places(part, out var places, out var rows), rows);
        Draw(pipelines.Map, part, window with
        {
            Back = map.Gap, Places = places, Values = AddressOf(frame, map.Values),
            Colors = upload.AddressOf(map.Colors, map.Colors.Colors), Tiles = map.Grid.Tiles,
            ChannelStride = map.Grid.Channels == 1 ? 0 : map.Grid.ChannelStride, InverseScale = 1 / map.Scale,
        });
    }

    private void Draw(HistogramBars bars, ulong heights)
    {
        var part = bars.Bounds.Intersect(Size.Bounds);
        var columns = Places(part, out var places, out var rows);
        for (var x = 0; x < part.Width; x++)
            columns[x] = new(bars.BinAt(part.X + x), 0);
        for (var y = 0; y < part.Height; y++)
            rows[y] = new(bars.Bounds.Bottom - part.Y - y, 0);
        Draw(pipelines.Bars, part, window with { Back = bars.Back, Bar = bars.Bar, Places = places, Colors = heights });
    }

    private Span<MapPlace> Places(PixelRect part, out ulong address, out Span<MapPlace> rows)
    {
        var all = upload.Take<MapPlace>(part.Width + part.Height, out address);
        rows = all[part.Width..];
        return all[..part.Width];
    }

    private void Draw(Pipeline pipeline, PixelRect rectangle, PictureParameters parameters)
    {
        if (unseen.Exists(rectangle.Intersects))
        {
            ComputeBarrier();
            unseen.Clear();
        }

        unseen.Add(rectangle);
        Bind(pipeline);
        parameters.Bounds = rectangle;
        Push(parameters);
        device.Api.CmdDispatch(commands, Groups(rectangle.Width, GroupWidth), Groups(rectangle.Height, GroupHeight), 1);
    }

    private static uint Groups(int count, int size) => (uint)((count + size - 1) / size);

    private void Bind(Pipeline pipeline) =>
        device.Api.CmdBindPipeline(commands, PipelineBindPoint.Compute, pipeline);

    private void Push<T>(T parameters)
        where T : unmanaged => device.Api.CmdPushConstants(
            commands, pipelines.Layout, ShaderStageFlags.ComputeBit, 0, (uint)sizeof(T), &parameters);

    private void ComputeBarrier() => Barrier(
        PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, PipelineStageFlags.ComputeShaderBit,
        AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit);

    private void Barrier(PipelineStageFlags from, AccessFlags wrote, PipelineStageFlags to, AccessFlags uses)
    {
        var barrier = new MemoryBarrier(StructureType.MemoryBarrier, srcAccessMask: wrote, dstAccessMask: uses);
        device.Api.CmdPipelineBarrier(commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }
}
