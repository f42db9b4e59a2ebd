namespace KernelEngine.Tests;

/// <summary>
/// The devices that operator tests run on: <c>[Theory, MemberData(nameof(TestDevices.All), MemberType =
/// typeof(TestDevices))]</c> with the device's string as argument, then <see cref="Get"/>.
/// </summary>
public static class TestDevices
{
    /// <summary>The variable that lists, with commas, the devices that must be there.</summary>
    public const string RequiredVariable = "KERNEL_REQUIRE_DEVICES";

    // One for each backend of this repository; those that a machine lacks are skipped by name.
    private static readonly string[] Known = ["cpu", "vulkan:0", "opencl:0"];

    /// <summary>Every device that a test should see, there or not.</summary>
    public static TheoryData<string> All => [.. Known.Union(Required)];

    /// <summary>Those of them that compute on a GPU, or as one does.</summary>
    public static TheoryData<string> Gpus => ["vulkan:0", "opencl:0"];

    /// <summary>Those that kernels of users' own run on.</summary>
    public static TheoryData<string> Texts => ["vulkan:0", "opencl:0", "cuda:0"];

    /// <summary>
    /// Every device with each of these; a GPU with each <paramref name="gpuShare"/>th of them only, where all would be
    /// too many kernels to compile.
    /// </summary>
    public static TheoryData<string, T> With<T>(IEnumerable<T> values, int gpuShare = 1)
    {
        var rows = new TheoryData<string, T>();
        foreach (var device in All)
        {
            var share = device.Data == "cpu" ? 1 : gpuShare;
            foreach (var (i, value) in values.Index())
            {
                if (i % share == 0)
                    rows.Add(device.Data, value);
            }
        }

        return rows;
    }

    /// <summary>The same for a test that float64 belongs to: it ends, too, where the device has none.</summary>
    public static ComputeDevice GetWithFloat64(string name)
    {
        var device = Get(name);
        Assert.SkipUnless(device.Limits.HasFloat64, $"{name} has no float64");
        return device;
    }

    /// <summary>The devices that must be there.</summary>
    public static string[] Required => (Environment.GetEnvironmentVariable(RequiredVariable) ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The device, or the end of the test: skipped where it is missing, failed where it is required.</summary>
    public static ComputeDevice Get(string name)
    {
        if (!ComputeDevice.IsAvailable(name))
        {
            Assert.False(Required.Contains(name), $"{name} is required by {RequiredVariable} and not available");
            Assert.Skip($"{name} is not available here");
        }

        return ComputeDevice.Parse(name);
    }
}
