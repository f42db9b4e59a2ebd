using Silk.NET.Vulkan;
using Semaphore = Silk.NET.Vulkan.Semaphore;

namespace KernelEngine.Viewing;

/// <summary>The images of a surface while it has one size.</summary>
internal sealed unsafe class Swapchain : IDisposable
{
    private readonly RenderDevice device;
    private readonly SurfaceFunctions functions;
    private readonly Semaphore[] done;

    /// <summary>Takes a swapchain, to be destroyed with this.</summary>
    public Swapchain(RenderDevice device, SurfaceFunctions functions, SwapchainKHR handle, PixelSize size)
    {
        (this.device, this.functions, Handle, Size) = (device, functions, handle, size);
        done = [];
        try
        {
            Images = functions.Images(handle);
            Ready = CreateSemaphore();
            done = new Semaphore[Images.Count];
            for (var i = 0; i < done.Length; i++)
                done[i] = CreateSemaphore();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SwapchainKHR Handle { get; }

    public PixelSize Size { get; }

    public IReadOnlyList<Image> Images { get; } = [];

    /// <summary>The image that is ours to write; null for none.</summary>
    public uint? Taken { get; set; }

    /// <summary>Signalled when the image that was taken is not shown any more.</summary>
    public Semaphore Ready { get; }

    /// <summary>
    /// Signalled when an image is written; one for each, as the screen is known to have waited for it when it gives the
    /// image back.
    /// </summary>
    public Semaphore DoneOf(uint image) => done[image];

    public void Dispose()
    {
        foreach (var semaphore in done)
            device.Api.DestroySemaphore(device.Handle, semaphore, null);
        device.Api.DestroySemaphore(device.Handle, Ready, null);
        functions.Destroy(Handle);
    }

    private Semaphore CreateSemaphore()
    {
        var info = new SemaphoreCreateInfo(StructureType.SemaphoreCreateInfo);
        Semaphore made;
        device.Check(device.Api.CreateSemaphore(device.Handle, &info, null, &made), "vkCreateSemaphore");
        return made;
    }
}
