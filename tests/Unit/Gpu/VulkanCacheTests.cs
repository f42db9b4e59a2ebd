using KernelEngine.Gpu;
using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>The pipelines on disk.</summary>
[Collection(CacheFolderCollection.Name)]
public sealed class VulkanCacheTests : IDisposable
{
    private const string Variable = "KERNEL_CACHE";

    private readonly string? outer = Environment.GetEnvironmentVariable(Variable);
    private readonly string folder = Directory.CreateTempSubdirectory("kernel-cache").FullName;

    public VulkanCacheTests() => Environment.SetEnvironmentVariable(Variable, folder);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Variable, outer);
        Directory.Delete(folder, recursive: true);
        Assert.Equal([], ValidationLog.Messages);
    }

    [Fact]
    public void A_file_is_written_for_the_device_and_taken_by_the_next_driver()
    {
        Assert.Empty(Files());
        Build();
        var file = Assert.Single(Files());
        var first = File.ReadAllBytes(file);
        Build();
        Assert.Equal(first.Length, File.ReadAllBytes(Assert.Single(Files())).Length);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("flipped")]
    [InlineData("text")]
    [InlineData("foreign")]
    [InlineData("another owner")]
    public void A_damaged_or_foreign_file_is_passed_over_and_written_anew(string damage)
    {
        Build();
        var file = Assert.Single(Files());
        var good = File.ReadAllBytes(file);
        var name = Path.GetFileName(file);
        var identity = VulkanBench.Adapter.Limits.Identity;
        byte[] bad = damage switch
        {
            "cut" => good[..^3],
            "empty" => [],
            "flipped" => [.. good[..^1], (byte)(good[^1] ^ 1)],
            "text" => [.. Enumerable.Repeat((byte)'x', good.Length)],
            "foreign" => Foreign(DiskCache.Read(name, identity)!),
            _ => DiskCache.Read(name, identity)!,
        };
        if (damage == "foreign")
            DiskCache.Write(name, identity, bad);
        else if (damage == "another owner")
            DiskCache.Write(name, "another", bad);
        else
            File.WriteAllBytes(file, bad);
        Build();
        Assert.Equal(good, File.ReadAllBytes(Assert.Single(Files())));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_no_failure()
    {
        var file = Path.Combine(folder, "a-file");
        File.WriteAllText(file, "");
        Environment.SetEnvironmentVariable(Variable, Path.Combine(file, "below"));
        Build();
        Assert.Equal([file], Files());
    }

    /// <summary>Whole, but of a device with another number.</summary>
    private static byte[] Foreign(byte[] good)
    {
        byte[] data = [.. good];
        data[12] ^= 1;
        return data;
    }

    private static void Build()
    {
        using var bench = new VulkanBench();
        bench.Driver.Build(VulkanBench.Axpy());
    }

    private string[] Files() => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
}
