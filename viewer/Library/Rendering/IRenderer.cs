using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>Puts pictures where they are seen. Used by one thread: the window's, where there is a window.</summary>
internal interface IRenderer : IDisposable
{
    /// <summary>What it draws with, for the user: API and device.</summary>
    string Name { get; }

    /// <summary>Whether heat maps may be of <see cref="DeviceValues"/> of this device; host values always may.</summary>
    bool DrawsFrom(ComputeDevice device);

    /// <summary>
    /// Draws a picture and shows it. Waits for no training; where the screen is not ready, the picture is dropped.
    /// </summary>
    /// <returns>Whether it is shown.</returns>
    bool Draw(Picture picture);

    /// <summary>The pixels of the picture that was shown last, as they were sent to the screen; the caller's to dispose.</summary>
    SKBitmap Read();
}
