using System.Buffers.Binary;
using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// What the driver has compiled, kept on disk from one run to the next (<see cref="DiskCache"/>). The file is of one
/// device and one build of its driver; one that is damaged, or another's, is passed over and written anew.
/// </summary>
internal sealed unsafe class PipelineCacheFile : IDisposable
{
    private const int HeaderBytes = 32;
    private const long SaveEveryMilliseconds = 10_000;

    private readonly LogicalDevice device;
    private readonly Lock gate = new();
    private bool isDirty, isDisposed;
    private long savedAt = Environment.TickCount64;

    public PipelineCacheFile(LogicalDevice device)
    {
        this.device = device;
        Name = DiskCache.NameOf("vulkan", device.Adapter.Identity);
        var known = DiskCache.Read(Name, device.Adapter.Identity) is { } data && IsOurs(data) ? data : [];
        PipelineCache cache;
        fixed (byte* pointer = known)
        {
            var info = new PipelineCacheCreateInfo(
                StructureType.PipelineCacheCreateInfo, initialDataSize: (nuint)known.Length, pInitialData: pointer);
            device.Api.CreatePipelineCache(device.Handle, &info, null, &cache).Check("vkCreatePipelineCache");
        }

        Handle = cache;
    }

    /// <summary>The cache.</summary>
    public PipelineCache Handle { get; }

    /// <summary>The file's name.</summary>
    public string Name { get; }

    /// <summary>Says that there is something new in it. Writes it now and then, not on this thread.</summary>
    public void Touch()
    {
        lock (gate)
        {
            isDirty = true;
            if (Environment.TickCount64 - savedAt < SaveEveryMilliseconds)
                return;
            savedAt = Environment.TickCount64;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static file => file.Save(), this, preferLocal: false);
    }

    /// <summary>Writes the file, if something is new.</summary>
    public void Save()
    {
        lock (gate)
        {
            if (!isDirty || isDisposed)
                return;
            isDirty = false;
            savedAt = Environment.TickCount64;
            if (Data() is { Length: > 0 } data)
                DiskCache.Write(Name, device.Adapter.Identity, data);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Save();
        lock (gate)
        {
            if (!isDisposed)
                device.Api.DestroyPipelineCache(device.Handle, Handle, null);
            isDisposed = true;
        }
    }

    private byte[]? Data()
    {
        nuint size = 0;
        if (device.Api.GetPipelineCacheData(device.Handle, Handle, &size, null) != Result.Success)
            return null;
        var data = new byte[size];
        fixed (byte* pointer = data)
        {
            // Incomplete if another thread has built something in between: the next time, then.
            return device.Api.GetPipelineCacheData(device.Handle, Handle, &size, pointer) == Result.Success
                ? data[..(int)size]
                : null;
        }
    }

    /// <summary>
    /// Whether Vulkan's own header (VkPipelineCacheHeaderVersionOne) names this device and driver. Drivers should see
    /// to that themselves; some have crashed instead.
    /// </summary>
    private bool IsOurs(ReadOnlySpan<byte> data)
    {
        var properties = device.Adapter.Properties;
        return data.Length >= HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(data) >= HeaderBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) == 1
            && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) == properties.VendorID
            && BinaryPrimitives.ReadUInt32LittleEndian(data[12..]) == properties.DeviceID
            && new Guid(data[16..32], bigEndian: true) == device.Adapter.CacheUuid;
    }
}
