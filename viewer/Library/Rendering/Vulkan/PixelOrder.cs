using System.Numerics;
using System.Runtime.InteropServices;

namespace KernelEngine.Viewing;

/// <summary>Pixels of red, green, blue and alpha as pixels of blue, green, red and alpha, and back.</summary>
internal static class PixelOrder
{
    private const uint Kept = 0xFF00FF00, Red = 0xFF;

    public static uint ExchangeRedAndBlue(uint pixel) =>
        (pixel & Kept) | (pixel & Red) << 16 | (pixel >> 16 & Red);

    public static void ExchangeRedAndBlue(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(from);
        var exchanged = MemoryMarshal.Cast<byte, uint>(to);
        var (kept, red, i) = (new Vector<uint>(Kept), new Vector<uint>(Red), 0);
        for (; i <= pixels.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            var some = new Vector<uint>(pixels[i..]);
            ((some & kept) | Vector.ShiftLeft(some & red, 16) | (Vector.ShiftRightLogical(some, 16) & red))
                .CopyTo(exchanged[i..]);
        }

        for (; i < pixels.Length; i++)
            exchanged[i] = ExchangeRedAndBlue(pixels[i]);
    }
}
