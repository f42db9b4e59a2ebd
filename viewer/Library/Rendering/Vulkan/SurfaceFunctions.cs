using Silk.NET.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>
/// The functions of VK_KHR_surface and VK_KHR_swapchain. Their structures are among Vulkan's own in Silk.NET; they are
/// called by address.
/// </summary>
internal sealed unsafe class SurfaceFunctions
{
    private readonly RenderDevice device;
    private readonly delegate* unmanaged<Instance, SurfaceKHR, void*, void> destroySurface;
    private readonly delegate* unmanaged<PhysicalDevice, uint, SurfaceKHR, uint*, Result> getSupport;
    private readonly delegate* unmanaged<PhysicalDevice, SurfaceKHR, SurfaceCapabilitiesKHR*, Result> getCapabilities;
    private readonly delegate* unmanaged<PhysicalDevice, SurfaceKHR, uint*, SurfaceFormatKHR*, Result> getFormats;
    private readonly delegate* unmanaged<PhysicalDevice, SurfaceKHR, uint*, PresentModeKHR*, Result> getModes;
    private readonly delegate* unmanaged<Device, SwapchainCreateInfoKHR*, void*, SwapchainKHR*, Result> createSwapchain;
    private readonly delegate* unmanaged<Device, SwapchainKHR, void*, void> destroySwapchain;
    private readonly delegate* unmanaged<Device, SwapchainKHR, uint*, Image*, Result> getImages;
    private readonly delegate* unmanaged<
        Device, SwapchainKHR, ulong, Silk.NET.Vulkan.Semaphore, Fence, uint*, Result> acquire;
    private readonly delegate* unmanaged<Queue, PresentInfoKHR*, Result> present;

    /// <exception cref="TensorRuntimeException">The device was made without them.</exception>
    public SurfaceFunctions(RenderDevice device)
    {
        this.device = device;
        if (!device.Handles.Extensions.Contains("VK_KHR_swapchain"))
            throw new TensorRuntimeException($"{device.Computing} was made without VK_KHR_swapchain");
        destroySurface = (delegate* unmanaged<Instance, SurfaceKHR, void*, void>)OfInstance("vkDestroySurfaceKHR");
        getSupport = (delegate* unmanaged<PhysicalDevice, uint, SurfaceKHR, uint*, Result>)
            OfInstance("vkGetPhysicalDeviceSurfaceSupportKHR");
        getCapabilities = (delegate* unmanaged<PhysicalDevice, SurfaceKHR, SurfaceCapabilitiesKHR*, Result>)
            OfInstance("vkGetPhysicalDeviceSurfaceCapabilitiesKHR");
        getFormats = (delegate* unmanaged<PhysicalDevice, SurfaceKHR, uint*, SurfaceFormatKHR*, Result>)
            OfInstance("vkGetPhysicalDeviceSurfaceFormatsKHR");
        getModes = (delegate* unmanaged<PhysicalDevice, SurfaceKHR, uint*, PresentModeKHR*, Result>)
            OfInstance("vkGetPhysicalDeviceSurfacePresentModesKHR");
        createSwapchain = (delegate* unmanaged<Device, SwapchainCreateInfoKHR*, void*, SwapchainKHR*, Result>)
            OfDevice("vkCreateSwapchainKHR");
        destroySwapchain =
            (delegate* unmanaged<Device, SwapchainKHR, void*, void>)OfDevice("vkDestroySwapchainKHR");
        getImages =
            (delegate* unmanaged<Device, SwapchainKHR, uint*, Image*, Result>)OfDevice("vkGetSwapchainImagesKHR");
        acquire = (delegate* unmanaged<Device, SwapchainKHR, ulong, Silk.NET.Vulkan.Semaphore, Fence, uint*, Result>)
            OfDevice("vkAcquireNextImageKHR");
        present = (delegate* unmanaged<Queue, PresentInfoKHR*, Result>)OfDevice("vkQueuePresentKHR");
    }

    private Instance Instance => new(device.Handles.Instance);

    public void Destroy(SurfaceKHR surface) => destroySurface(Instance, surface, null);

    public void Destroy(SwapchainKHR swapchain) => destroySwapchain(device.Handle, swapchain, null);

    /// <summary>Whether the training's queue can show pictures on a surface.</summary>
    public bool CanPresent(SurfaceKHR surface)
    {
        uint can;
        device.Check(
            getSupport(device.Adapter, device.Handles.QueueFamily, surface, &can),
            "vkGetPhysicalDeviceSurfaceSupportKHR");
        return can != 0;
    }

    public Result Capabilities(SurfaceKHR surface, out SurfaceCapabilitiesKHR capabilities)
    {
        fixed (SurfaceCapabilitiesKHR* pointer = &capabilities)
            return getCapabilities(device.Adapter, surface, pointer);
    }

    public SurfaceFormatKHR[] Formats(SurfaceKHR surface)
    {
        uint count;
        device.Check(
            getFormats(device.Adapter, surface, &count, null), "vkGetPhysicalDeviceSurfaceFormatsKHR");
        var formats = new SurfaceFormatKHR[count];
        fixed (SurfaceFormatKHR* pointer = formats)
        {
            device.Check(
                getFormats(device.Adapter, surface, &count, pointer), "vkGetPhysicalDeviceSurfaceFormatsKHR");
        }

        return formats;
    }

    public PresentModeKHR[] Modes(SurfaceKHR surface)
    {
        uint count;
        device.Check(
            getModes(device.Adapter, surface, &count, null), "vkGetPhysicalDeviceSurfacePresentModesKHR");
        var modes = new PresentModeKHR[count];
        fixed (PresentModeKHR* pointer = modes)
        {
            device.Check(
                getModes(device.Adapter, surface, &count, pointer), "vkGetPhysicalDeviceSurfacePresentModesKHR");
        }

        return modes;
    }

    public Result Create(SwapchainCreateInfoKHR info, out SwapchainKHR swapchain)
    {
        fixed (SwapchainKHR* pointer = &swapchain)
            return createSwapchain(device.Handle, &info, null, pointer);
    }

    public Image[] Images(SwapchainKHR swapchain)
    {
        uint count;
        device.Check(getImages(device.Handle, swapchain, &count, null), "vkGetSwapchainImagesKHR");
        var images = new Image[count];
        fixed (Image* pointer = images)
            device.Check(getImages(device.Handle, swapchain, &count, pointer), "vkGetSwapchainImagesKHR");
        return images;
    }

    /// <summary>Takes an image if there is one, and does not wait for one.</summary>
    public Result Acquire(SwapchainKHR swapchain, Silk.NET.Vulkan.Semaphore ready, out uint image)
    {
        fixed (uint* pointer = &image)
            return acquire(device.Handle, swapchain, 0, ready, default, pointer);
    }

    /// <summary>Shows an image once a semaphore is signalled.</summary>
    public Result Present(SwapchainKHR swapchain, uint image, Silk.NET.Vulkan.Semaphore done)
    {
        var info = new PresentInfoKHR(StructureType.PresentInfoKhr, null, 1, &done, 1, &swapchain, &image);
        lock (device.Handles.SubmitLock)
            return present(device.Queue, &info);
    }

    private void* OfInstance(string name)
    {
        var address = (void*)device.Api.GetInstanceProcAddr(Instance, name);
        return address != null
            ? address
            : throw new TensorRuntimeException($"{device.Computing}'s Vulkan instance was made without VK_KHR_surface");
    }

    private void* OfDevice(string name) => (void*)device.Api.GetDeviceProcAddr(device.Handle, name);
}
