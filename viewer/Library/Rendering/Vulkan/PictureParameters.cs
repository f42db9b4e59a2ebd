using System.Runtime.InteropServices;

namespace KernelEngine.Viewing;

/// <summary>What <c>Shaders/picture.comp</c> takes, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PictureParameters
{
    public ulong Canvas;
    public ulong Screen;
    public PixelRect Bounds;
    public int Pitch;
    public uint IsBlueFirst;
    public uint Back;
    public uint Bar;
    public ulong Places;
    public ulong Values;
    public ulong Colors;
    public int Tiles;
    public int ChannelStride;
    public float InverseScale;
}

/// <summary>What <c>Shaders/counts.comp</c> takes, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CountsParameters
{
    public ulong Values;
    public ulong Counts;
    public int Count;
    public int Bins;
    public float InverseScale;
}

/// <summary>What <c>Shaders/heights.comp</c> takes, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct HeightsParameters
{
    public ulong Counts;
    public int Bins;
    public int Height;
}
