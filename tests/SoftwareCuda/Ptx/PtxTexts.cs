using System.Security.Cryptography;
using System.Text;

namespace KernelEngine.SoftwareCuda;

/// <summary>
/// Keeps each text that the driver is given in the folder that the environment variable KERNEL_PTX_FOLDER names, for
/// NVIDIA's own assembler: scripts/check-ptx.sh.
/// </summary>
internal static class PtxTexts
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("KERNEL_PTX_FOLDER");
    private static readonly HashSet<string> Known = [];

    /// <summary>Keeps a text, where texts are to be kept.</summary>
    public static void Keep(string text)
    {
        if (string.IsNullOrEmpty(Folder))
            return;
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];
        if (Known.Add(name))
            File.WriteAllText(Path.Combine(Folder, $"given-{name}.ptx"), text);
    }
}
