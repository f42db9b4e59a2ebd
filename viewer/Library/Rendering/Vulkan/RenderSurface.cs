using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Core.Native;
using Silk.NET.Vulkan;
using Semaphore = Silk.NET.Vulkan.Semaphore;

namespace KernelEngine.Viewing;

/// <summary>
/// A window's surface, and the images that are shown on it: those that fit it now, and older ones until nothing uses
/// them any more. Nothing here waits for the screen.
/// </summary>
internal sealed unsafe class RenderSurface : IDisposable
{
    // A swapchain takes the size of its surface, and not the other way round.
    private const uint AnySize = uint.MaxValue;

    private readonly RenderDevice device;
    private readonly IVkSurface window;
    private readonly SurfaceFunctions functions;
    private readonly List<Swapchain> retired = [], leaving = [];
    private SurfaceKHR surface;
    private SurfaceFormatKHR format;
    private PresentModeKHR mode;
    private Swapchain? current;
    private bool isStale, isLost;

    /// <exception cref="TensorRuntimeException">The device cannot show pictures there; the message says why.</exception>
    public RenderSurface(RenderDevice device, IVkSurface window)
    {
        (this.device, this.window) = (device, window);
        functions = new SurfaceFunctions(device);
        try
        {
            Open();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether blue comes first in a pixel.</summary>
    public bool IsBlueFirst => format.Format == Format.B8G8R8A8Unorm;

    /// <summary>Signalled when the image that was taken may be written.</summary>
    public Semaphore Ready => current!.Ready;

    /// <summary>To be signalled when the image that was taken is written.</summary>
    public Semaphore Done => current!.DoneOf(current.Taken!.Value);

    /// <summary>Takes an image to write, if there is one. No frame is in flight.</summary>
    /// <param name="size">The picture's.</param>
    /// <returns>Whether there is one; none where the window is hidden or the screen has not shown the last ones.</returns>
    public bool TryTake(PixelSize size)
    {
        if (current?.Taken is not null)
            return true;
        for (var attempt = 0; attempt < 2; attempt++)
        {
            if (isLost)
                Reopen();
            if ((current is null || isStale || current.Size != size) && !Fit(size))
            {
                if (isLost)
                    continue;
                return false;
            }

            var result = functions.Acquire(current!.Handle, current.Ready, out var image);
            if (result is Result.Success or Result.SuboptimalKhr)
            {
                current.Taken = image;
                isStale |= result == Result.SuboptimalKhr;
                return true;
            }

            if (result is Result.NotReady or Result.Timeout)
                return false;
            if (!NoteChange(result))
                device.Check(result, "vkAcquireNextImageKHR");
        }

        return false;
    }

    /// <summary>Records what copies a picture to the image that was taken.</summary>
    public void Record(RenderFrame frame, PictureCommands picture)
    {
        var image = current!.Images[(int)current.Taken!.Value];
        Change(
            frame, image, ImageLayout.Undefined, AccessFlags.None, ImageLayout.TransferDstOptimal,
            AccessFlags.TransferWriteBit);

        // For a moment a window is larger than the picture that was drawn for it.
        if (picture.Size.Width < current.Size.Width || picture.Size.Height < current.Size.Height)
        {
            var black = new ClearColorValue(0f, 0f, 0f, 1f);
            var all = Whole;
            device.Api.CmdClearColorImage(frame.Commands, image, ImageLayout.TransferDstOptimal, &black, 1, &all);
            AfterCopies(frame);
        }

        Copy(frame, image, picture.Canvas, picture.Size, [picture.Size.Bounds]);
        if (picture.Drawn.Count > 0)
        {
            AfterCopies(frame);
            Copy(frame, image, picture.Screen, picture.Size, picture.Drawn);
        }

        Change(
            frame, image, ImageLayout.TransferDstOptimal, AccessFlags.TransferWriteBit, ImageLayout.PresentSrcKhr,
            AccessFlags.None);
    }

    /// <summary>Shows the image that was taken, once it is written.</summary>
    /// <returns>Whether it is shown; the window has changed where not.</returns>
    public bool Present()
    {
        var image = current!.Taken!.Value;
        var result = functions.Present(current.Handle, image, current.DoneOf(image));
        current.Taken = null;
        if (result == Result.SuboptimalKhr)
            isStale = true;
        if (NoteChange(result))
            return false;
        device.Check(result, "vkQueuePresentKHR");
        return true;
    }

    /// <summary>A frame is in flight, behind all that used older images.</summary>
    public void NoteSubmitted()
    {
        leaving.AddRange(retired);
        retired.Clear();
    }

    /// <summary>No frame is in flight: gives back what nothing uses any more.</summary>
    public void NoteDone()
    {
        foreach (var swapchain in leaving)
            swapchain.Dispose();
        leaving.Clear();
    }

    /// <summary>Gives everything back; nothing is in flight.</summary>
    public void Dispose()
    {
        NoteSubmitted();
        NoteDone();
        current?.Dispose();
        current = null;
        if (surface.Handle != 0)
            functions.Destroy(surface);
        surface = default;
    }

    private static ImageSubresourceRange Whole => new(ImageAspectFlags.ColorBit, 0, 1, 0, 1);

    private void Open()
    {
        surface = new(window.Create<byte>(new VkHandle(device.Handles.Instance), null).Handle);
        if (!functions.CanPresent(surface))
            throw new TensorRuntimeException($"the queue of {device.Computing} cannot present to this window");

        // The pixels are the colours as the screen takes them: a format of sRGB would convert them once more.
        var formats = functions.Formats(surface);
        Format[] wanted = [Format.B8G8R8A8Unorm, Format.R8G8B8A8Unorm];
        format = formats is [{ Format: Format.Undefined }]
            ? new(wanted[0], ColorSpaceKHR.SpaceSrgbNonlinearKhr)
            : formats.FirstOrDefault(
                f => wanted.Contains(f.Format) && f.ColorSpace == ColorSpaceKHR.SpaceSrgbNonlinearKhr);
        if (format.Format == Format.Undefined)
            throw new TensorRuntimeException($"{device.Computing} has no format of 8 bits a channel for this window");

        // Waiting for the screen to be shown a picture would be waiting with the queue. Of those modes that do not, a
        // processor takes the one with fewer images.
        PresentModeKHR[] order = device.IsProcessor
            ? [PresentModeKHR.ImmediateKhr, PresentModeKHR.MailboxKhr]
            : [PresentModeKHR.MailboxKhr, PresentModeKHR.ImmediateKhr];
        var modes = functions.Modes(surface);
        mode = order.Where(modes.Contains).FirstOrDefault(PresentModeKHR.FifoKhr);
    }

    private void Reopen()
    {
        Dispose();
        Open();
        isLost = false;
    }

    // Makes images of the size that the surface has, if those there are have another.
    private bool Fit(PixelSize size)
    {
        var result = functions.Capabilities(surface, out var capabilities);
        if (NoteChange(result))
            return false;
        device.Check(result, "vkGetPhysicalDeviceSurfaceCapabilitiesKHR");
        var extent = capabilities.CurrentExtent;
        if (extent.Width == AnySize)
        {
            extent = new(
                Math.Clamp((uint)size.Width, capabilities.MinImageExtent.Width, capabilities.MaxImageExtent.Width),
                Math.Clamp((uint)size.Height, capabilities.MinImageExtent.Height, capabilities.MaxImageExtent.Height));
        }

        if (extent.Width == 0 || extent.Height == 0)
            return false;
        var fitting = new PixelSize((int)extent.Width, (int)extent.Height);
        if (current is not null && !isStale && current.Size == fitting)
            return true;
        if (!capabilities.SupportedUsageFlags.HasFlag(ImageUsageFlags.TransferDstBit))
            throw new TensorRuntimeException($"{device.Computing} cannot copy to the images of this window");

        var count = capabilities.MinImageCount + 1;
        var alpha = capabilities.SupportedCompositeAlpha;
        var info = new SwapchainCreateInfoKHR(
            StructureType.SwapchainCreateInfoKhr, surface: surface,
            minImageCount: capabilities.MaxImageCount == 0 ? count : Math.Min(count, capabilities.MaxImageCount),
            imageFormat: format.Format, imageColorSpace: format.ColorSpace, imageExtent: extent, imageArrayLayers: 1,
            imageUsage: ImageUsageFlags.TransferDstBit, imageSharingMode: SharingMode.Exclusive,
            preTransform: capabilities.CurrentTransform,
            compositeAlpha: alpha.HasFlag(CompositeAlphaFlagsKHR.OpaqueBitKhr)
                ? CompositeAlphaFlagsKHR.OpaqueBitKhr
                : (CompositeAlphaFlagsKHR)((int)alpha & -(int)alpha),
            presentMode: mode, clipped: true, oldSwapchain: current?.Handle ?? default);
        result = functions.Create(info, out var handle);
        if (current is not null)
            retired.Add(current);
        current = null;
        if (NoteChange(result))
            return false;
        device.Check(result, "vkCreateSwapchainKHR");
        current = new Swapchain(device, functions, handle, fitting);
        isStale = false;
        return true;
    }

    // Whether an answer says that the window has changed, so that the next attempt may succeed.
    private bool NoteChange(Result result)
    {
        isStale |= result == Result.ErrorOutOfDateKhr;
        isLost |= result == Result.ErrorSurfaceLostKhr;
        return result is Result.ErrorOutOfDateKhr or Result.ErrorSurfaceLostKhr;
    }

    // Copies parts of a picture to the same place of an image.
    private void Copy(
        RenderFrame frame, Image image, RenderMemory pixels, PixelSize size, IReadOnlyList<PixelRect> parts)
    {
        List<BufferImageCopy> regions = [];
        foreach (var part in parts.Select(p => p.Intersect(current!.Size.Bounds)).Where(p => !p.IsEmpty))
        {
            regions.Add(new(
                bufferOffset: 4UL * (((ulong)part.Y * (ulong)size.Width) + (ulong)part.X),
                bufferRowLength: (uint)size.Width, imageSubresource: new(ImageAspectFlags.ColorBit, layerCount: 1),
                imageOffset: new(part.X, part.Y, 0), imageExtent: new((uint)part.Width, (uint)part.Height, 1)));
        }

        fixed (BufferImageCopy* pointer = CollectionsMarshal.AsSpan(regions))
        {
            if (regions.Count > 0)
            {
                device.Api.CmdCopyBufferToImage(
                    frame.Commands, pixels.Buffer, image, ImageLayout.TransferDstOptimal, (uint)regions.Count, pointer);
            }
        }
    }

    private static void AfterCopies(RenderFrame frame) => frame.Barrier(
        PipelineStageFlags.TransferBit, AccessFlags.TransferWriteBit, PipelineStageFlags.TransferBit,
        AccessFlags.TransferWriteBit);

    private void Change(
        RenderFrame frame, Image image, ImageLayout from, AccessFlags did, ImageLayout to, AccessFlags does)
    {
        var barrier = new ImageMemoryBarrier(
            StructureType.ImageMemoryBarrier, srcAccessMask: did, dstAccessMask: does, oldLayout: from, newLayout: to,
            srcQueueFamilyIndex: Vk.QueueFamilyIgnored, dstQueueFamilyIndex: Vk.QueueFamilyIgnored, image: image,
            subresourceRange: Whole);
        var after = does == AccessFlags.None ? PipelineStageFlags.BottomOfPipeBit : PipelineStageFlags.TransferBit;
        device.Api.CmdPipelineBarrier(
            frame.Commands, PipelineStageFlags.TransferBit, after, 0, 0, null, 0, null, 1, &barrier);
    }
}
