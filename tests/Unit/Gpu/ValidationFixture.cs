using KernelEngine.Vulkan;

[assembly: AssemblyFixture(typeof(KernelEngine.Tests.Gpu.ValidationFixture))]

namespace KernelEngine.Tests.Gpu;

/// <summary>The whole run of the tests fails if Vulkan's validation layer had a complaint in it.</summary>
public sealed class ValidationFixture : IDisposable
{
    private const int Shown = 20;

    public void Dispose()
    {
        var messages = ValidationLog.Messages.Distinct().ToArray();
        Assert.True(messages.Length == 0, string.Join('\n', messages.Take(Shown)));
    }
}
