using Silk.NET.Vulkan;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>
/// Draws on the training's own Vulkan device: what is shown of tensors goes from where they lie through a shader to the
/// screen, and over no host. At most one picture is being drawn; while it is, others are dropped. The device is closed
/// after this is disposed.
/// </summary>
internal sealed unsafe class VulkanRenderer : IRenderer
{
    private readonly RenderDevice device;
    private readonly RenderFrame frame;
    private readonly PictureCommands commands;
    private readonly PictureChanges changes = new();
    private bool isDrawn, isDisposed;

    private VulkanRenderer(ComputeDevice device)
    {
        this.device = new RenderDevice(device);
        frame = new RenderFrame(this.device);
        try
        {
            commands = new PictureCommands(this.device);
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => $"Vulkan on {device.Computing.Name}";

    /// <summary>Draws where nobody looks: for pictures that are read.</summary>
    /// <exception cref="TensorRuntimeException">It is no Vulkan device.</exception>
    public static VulkanRenderer OffScreen(ComputeDevice device) => new(device);

    /// <inheritdoc/>
    public bool DrawsFrom(ComputeDevice device) => device == this.device.Computing;

    /// <inheritdoc/>
    /// <exception cref="DeviceLostException">The device is lost; nothing can be drawn any more.</exception>
    public bool Draw(Picture picture)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        changes.Note(picture);
        if (picture.Size.Bounds.IsEmpty || !frame.IsDone())
            return false;
        if (commands.Resize(picture.Size))
        {
            changes.Forget();
            changes.Note(picture);
        }

        frame.Begin();
        try
        {
            commands.Record(frame, picture, changes);
            frame.Submit();
        }
        catch
        {
            frame.Drop();
            throw;
        }

        changes.Drawn(picture);
        return isDrawn = true;
    }

    /// <summary>Waits until the last picture is drawn.</summary>
    public void Wait() => frame.Wait();

    /// <inheritdoc/>
    public SKBitmap Read()
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (!isDrawn)
            throw new InvalidOperationException("no picture was drawn yet");
        frame.Wait();
        var size = commands.Size;
        using var back = new RenderMemory(device, MemoryUse.ToHost);
        var bytes = 4L * size.Width * size.Height;
        back.Reserve(bytes);
        frame.Begin();
        var region = new BufferCopy(0, 0, (ulong)bytes);
        var api = device.Api;
        var seen = new MemoryBarrier(
            StructureType.MemoryBarrier, srcAccessMask: AccessFlags.ShaderWriteBit,
            dstAccessMask: AccessFlags.TransferReadBit);
        api.CmdPipelineBarrier(
            frame.Commands, PipelineStageFlags.ComputeShaderBit, PipelineStageFlags.TransferBit, 0, 1, &seen, 0, null,
            0, null);
        api.CmdCopyBuffer(frame.Commands, commands.Screen.Buffer, back.Buffer, 1, &region);
        var written = new MemoryBarrier(
            StructureType.MemoryBarrier, srcAccessMask: AccessFlags.TransferWriteBit,
            dstAccessMask: AccessFlags.HostReadBit);
        api.CmdPipelineBarrier(
            frame.Commands, PipelineStageFlags.TransferBit, PipelineStageFlags.HostBit, 0, 1, &written, 0, null, 0,
            null);
        frame.Submit();
        frame.Wait();

        var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var pixels = new Span<uint>((void*)bitmap.GetPixels(), size.Width * size.Height);
        back.At<uint>(0, pixels.Length).CopyTo(pixels);
        if (commands.IsBlueFirst)
        {
            foreach (ref var pixel in pixels)
                pixel = (pixel & 0xFF00FF00) | (pixel & 0xFF) << 16 | (pixel >> 16 & 0xFF);
        }

        return bitmap;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        frame.Dispose();
        commands.Dispose();
    }
}
