using System.Runtime.InteropServices;

namespace KernelEngine.DirectCompute;

// What Direct3D's functions are given, as d3d12.h and dxgi.h have it, under their names.

internal enum HeapType
{
    Default = 1,
    Upload = 2,
    Readback = 3,
}

[Flags]
internal enum ResourceStates
{
    Common = 0,
    UnorderedAccess = 0x8,
    CopyDest = 0x400,
    CopySource = 0x800,
    GenericRead = 0xac3,
}

[StructLayout(LayoutKind.Sequential)]
internal struct HeapProperties
{
    public HeapType Type;
    public int CpuPageProperty, MemoryPoolPreference;
    public uint CreationNodeMask, VisibleNodeMask;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ResourceDescription
{
    public const int Buffer = 1, RowMajor = 1, AllowUnorderedAccess = 4;

    public int Dimension;
    public ulong Alignment, Width;
    public uint Height;
    public ushort DepthOrArraySize, MipLevels;
    public int Format;
    public uint SampleCount, SampleQuality;
    public int Layout, Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ResourceBarrier
{
    public int Type, Flags;
    public nint Resource;
    public uint Subresource;
    public ResourceStates Before, After;

    /// <summary>All that was written before is seen by all that comes after.</summary>
    public static ResourceBarrier OfAllWrites => new() { Type = 2 };

    /// <summary>From one use of a resource to another.</summary>
    public static ResourceBarrier Transition(nint resource, ResourceStates before, ResourceStates after) =>
        new() { Resource = resource, Subresource = ~0u, Before = before, After = after };
}

[StructLayout(LayoutKind.Sequential)]
internal struct QueueDescription
{
    public const int Direct = 0, Compute = 2;
    public const uint WithoutTimeout = 1;

    public int Type, Priority;
    public uint Flags, NodeMask;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ComputePipelineDescription
{
    public nint RootSignature, Code;
    public nuint CodeBytes;
    public uint NodeMask;
    public nint CachedCode;
    public nuint CachedBytes;
    public int Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct RootParameter
{
    public const int ConstantBuffer = 2, UnorderedAccess = 4;

    public int Type;
    public ulong ShaderRegister; // and the space, 0
    public ulong Unused;
    public int Visibility;
}

[StructLayout(LayoutKind.Sequential)]
internal struct RootSignatureDescription
{
    public uint ParameterCount;
    public nint Parameters;
    public uint SamplerCount;
    public nint Samplers;
    public int Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct QueryHeapDescription
{
    public const int Timestamps = 1, TimestampQuery = 2;

    public int Type;
    public uint Count, NodeMask;
}

/// <summary>The answer to feature 0 (D3D12_OPTIONS), as far as it is looked at.</summary>
[StructLayout(LayoutKind.Sequential, Size = 60)]
internal struct DeviceOptions
{
    public int DoublePrecision, LogicOperations, MinPrecision, TiledResourcesTier, BindingTier;
}

/// <summary>The question and answer of feature 2 (FEATURE_LEVELS): the largest of those asked for.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FeatureLevels
{
    public const int Level11_0 = 0xb000, Level11_1 = 0xb100;

    public uint Count;
    public nint Asked;
    public int Largest;
}

/// <summary>The answer to feature 8 (D3D12_OPTIONS1).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WaveOptions
{
    public int WaveOps;
    public uint LanesMin, LanesMax, TotalLanes;
    public int ExpandedCompute, Int64;
}

/// <summary>The answer to feature 1 (ARCHITECTURE).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceArchitecture
{
    public uint Node;
    public int IsTiled, HasUnifiedMemory, IsCoherent;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AdapterDescription
{
    public const uint Software = 2;

    public fixed char Name[128];
    public uint Vendor, Device, Subsystem, Revision;
    public nuint DedicatedVideoMemory, DedicatedSystemMemory, SharedSystemMemory;
    public ulong Luid;
    public uint Flags;
}
