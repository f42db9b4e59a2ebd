using Silk.NET.Core.Contexts;
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
    private static readonly TimeSpan MostWait = TimeSpan.FromMilliseconds(100);

    private readonly RenderDevice device;
    private readonly RenderFrame frame;
    private readonly PictureCommands commands;
    private readonly RenderSurface? surface;
    private readonly PictureChanges changes = new();
    private bool isDrawn, isDisposed;

    private VulkanRenderer(ComputeDevice device, IVkSurface? window)
    {
        this.device = new RenderDevice(device);
        surface = window is null ? null : new RenderSurface(this.device, window);
        try
        {
            frame = new RenderFrame(this.device);
            commands = new PictureCommands(this.device);
        }
        catch
        {
            frame?.Dispose();
            surface?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name => $"Vulkan on {device.Computing.Name}";

    /// <summary>Draws where nobody looks: for pictures that are read.</summary>
    /// <exception cref="TensorRuntimeException">It is no Vulkan device.</exception>
    public static VulkanRenderer OffScreen(ComputeDevice device) => new(device, null);

    /// <summary>Draws in a window, which stays until this is disposed.</summary>
    /// <exception cref="TensorRuntimeException">It is no Vulkan device, or shows nothing there; the message says why.
    /// </exception>
    public static VulkanRenderer OnScreen(ComputeDevice device, IVkSurface window) => new(device, window);

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
        surface?.NoteDone();
        if (surface is not null && !surface.TryTake(picture.Size))
            return false;
        var isBlueFirst = surface is { IsBlueFirst: true };
        if (commands.Resize(picture.Size) | isBlueFirst != commands.IsBlueFirst)
        {
            commands.IsBlueFirst = isBlueFirst;
            changes.Forget();
            changes.Note(picture);
        }

        frame.Begin();
        try
        {
            commands.Record(frame, picture, changes);
            surface?.Record(frame.Commands, commands.Screen, picture.Size);
            frame.Submit(surface?.Ready ?? default, surface?.Done ?? default);
        }
        catch
        {
            frame.Drop();
            throw;
        }

        changes.Drawn(picture);
        isDrawn = true;
        return surface is null || Present(surface);
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
        if (surface is not null)
            Drain();
        frame.Dispose();
        surface?.Dispose();
        commands.Dispose();
    }

    private bool Present(RenderSurface target)
    {
        target.NoteSubmitted();

        // A processor's driver shows a picture only when it is drawn, and would wait for that while it has the queue.
        if (device.IsProcessor)
            frame.Wait(MostWait);
        return target.Present();
    }

    // What was presented is behind it when something that was submitted later is done.
    private void Drain()
    {
        try
        {
            frame.Wait();
            frame.Begin();
            frame.Submit();
            frame.Wait();
        }
        catch (TensorRuntimeException)
        {
            // The device is lost: nothing uses anything any more.
        }
    }
}
