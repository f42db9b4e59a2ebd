using System.Runtime.InteropServices;

namespace KernelEngine.Viewing;

/// <summary>What <c>Shaders/picture.comp</c> takes, in its order.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PictureParameters
{
    public PixelRect Bounds;
    public ulong Heights;
    public int Pitch;
    public int Columns;
    public int Rows;
    public int Colors;
    public int Start;
    public int ChannelStride;
    public int RedShift;
    public float InverseScale;
    public uint Back;
    public uint Bar;
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
