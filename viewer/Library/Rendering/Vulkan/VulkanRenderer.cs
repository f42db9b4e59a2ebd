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
        if (commands.Resize(picture.Size, isBlueFirst))
        {
            changes.Forget();
            changes.Note(picture);
        }

        frame.Begin();
        try
        {
            commands.Record(frame, picture, changes);
            surface?.Record(frame, commands);
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
        Copy(back);
        frame.Submit();
        frame.Wait();

        var bitmap = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        var pixels = new Span<uint>((void*)bitmap.GetPixels(), size.Width * size.Height);
        back.At<uint>(0, pixels.Length).CopyTo(pixels);

        // The canvas is over black, which its alpha does not say.
        foreach (ref var pixel in pixels)
            pixel = 0xFF000000 | (commands.IsBlueFirst ? PixelOrder.ExchangeRedAndBlue(pixel) : pixel);
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

    // Records what copies the picture to where the host reads it.
    private void Copy(RenderMemory back)
    {
        const PipelineStageFlags Copies = PipelineStageFlags.TransferBit;
        frame.Barrier(
            PipelineStageFlags.ComputeShaderBit, AccessFlags.ShaderWriteBit, Copies, AccessFlags.TransferReadBit);
        var all = new BufferCopy(0, 0, (ulong)back.ByteCount);
        device.Api.CmdCopyBuffer(frame.Commands, commands.Canvas.Buffer, back.Buffer, 1, &all);
        foreach (var part in commands.Drawn)
        {
            frame.Barrier(Copies, AccessFlags.TransferWriteBit, Copies, AccessFlags.TransferWriteBit);
            var rows = new BufferCopy[part.Height];
            for (var y = 0; y < rows.Length; y++)
            {
                var offset = 4UL * (((ulong)(part.Y + y) * (ulong)commands.Size.Width) + (ulong)part.X);
                rows[y] = new(offset, offset, 4UL * (ulong)part.Width);
            }

            fixed (BufferCopy* pointer = rows)
            {
                device.Api.CmdCopyBuffer(
                    frame.Commands, commands.Screen.Buffer, back.Buffer, (uint)rows.Length, pointer);
            }
        }

        frame.Barrier(
            Copies, AccessFlags.TransferWriteBit, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
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
