using System.Buffers.Binary;
using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// What the driver has compiled, kept on disk from one run to the next. The file is of one device and one build of its
/// driver; one that is damaged, or another's, is passed over and written anew.
/// </summary>
internal sealed unsafe class PipelineCacheFile : IDisposable
{
    // Behind it: the length of what follows and its hash.
    private const int HeaderBytes = 8 + 8 + 8;
    private const long SaveEveryMilliseconds = 10_000;

    private readonly LogicalDevice device;
    private readonly Lock gate = new();
    private bool isDirty, isDisposed;
    private long savedAt = Environment.TickCount64;

    public PipelineCacheFile(LogicalDevice device)
    {
        this.device = device;
        var adapter = device.Adapter;
        Path = CacheFolder.FileFor(
            "vulkan", $"{adapter.DriverUuid:n}-{adapter.Properties.DriverVersion:x8}-{adapter.DeviceUuid:n}.pipelines");
        var known = Read();
        PipelineCache cache;
        fixed (byte* data = known)
        {
            var info = new PipelineCacheCreateInfo(
                StructureType.PipelineCacheCreateInfo, initialDataSize: (nuint)known.Length, pInitialData: data);
            device.Api.CreatePipelineCache(device.Handle, &info, null, &cache).Check("vkCreatePipelineCache");
        }

        Handle = cache;
    }

    /// <summary>The cache.</summary>
    public PipelineCache Handle { get; }

    /// <summary>The file; null where there is no folder for it.</summary>
    public string? Path { get; }

    private static ReadOnlySpan<byte> Magic => "KERNELVK"u8;

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
            if (!isDirty || isDisposed || Path is null)
                return;
            isDirty = false;
            savedAt = Environment.TickCount64;
            if (Data() is { Length: > 0 } data)
                Write(data);
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

    private byte[] Read()
    {
        if (Path is null)
            return [];
        try
        {
            return Accept(File.ReadAllBytes(Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The driver's part of the file, if it is whole and of this device and driver.</summary>
    private byte[] Accept(byte[] file)
    {
        if (file.Length < HeaderBytes + 32 || !file.AsSpan(0, 8).SequenceEqual(Magic))
            return [];
        var data = file.AsSpan(HeaderBytes);
        if (BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(8)) != data.Length
            || BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(16)) != Hash(data))
            return [];

        // Vulkan's own header (VkPipelineCacheHeaderVersionOne). Drivers should check it; some have crashed instead.
        var properties = device.Adapter.Properties;
        return BinaryPrimitives.ReadUInt32LittleEndian(data) >= 32
            && BinaryPrimitives.ReadUInt32LittleEndian(data[4..]) == 1
            && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) == properties.VendorID
            && BinaryPrimitives.ReadUInt32LittleEndian(data[12..]) == properties.DeviceID
            && new Guid(data.Slice(16, 16), bigEndian: true) == device.Adapter.CacheUuid
                ? data.ToArray()
                : [];
    }

    private void Write(byte[] data)
    {
        byte[] file = [.. new byte[HeaderBytes], .. data];
        Seal(file);
        CacheFolder.Write(Path!, file);
    }

    /// <summary>Fills in the header of a file that has the driver's part behind it.</summary>
    internal static void Seal(Span<byte> file)
    {
        var data = file[HeaderBytes..];
        Magic.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file[8..], data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(file[16..], Hash(data));
    }

    /// <summary>FNV-1a over words of 64 bits: against damage, not against malice.</summary>
    private static ulong Hash(ReadOnlySpan<byte> data)
    {
        var hash = 0xcbf29ce484222325UL;
        for (; data.Length >= 8; data = data[8..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(data)) * 0x100000001b3UL;
        foreach (var b in data)
            hash = (hash ^ b) * 0x100000001b3UL;
        return hash;
    }
}
