using System.Globalization;
using KernelEngine.Conformance;
using KernelEngine.Tests.Conformance;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// Conformance cases on the CUDA driver in software: what is emitted and what is compiled run there as on a GPU, as
/// slowly as an interpreter does. <c>KERNEL_CUDA_SAMPLE=1</c> runs all cases.
/// </summary>
[Collection(ConformanceCollection.Name)]
public class CudaConformanceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "conformance");

    public static TheoryData<string> Groups => [.. new CaseDirectory(Path.Combine(Folder, "cases")).Groups];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Cases_go_as_known(string group)
    {
        Assert.SkipUnless(GpuEnvironment.IsCudaSoftware, "there is no CUDA driver in software here");
        var sample = int.Parse(
            Environment.GetEnvironmentVariable("KERNEL_CUDA_SAMPLE") ?? "20", CultureInfo.InvariantCulture);
        var device = ComputeDevice.Cuda();
        var report = ConformanceRunner.Run(new()
        {
            Cases = Path.Combine(Folder, "cases"),
            Device = device,
            Groups = [group],
            Sample = sample,
        });
        var news = KnownFailures.Read(Path.Combine(Folder, "known-failures.txt"))
            .Unforeseen(report.Results, device, sample == 1);
        Assert.True(news.Count == 0, string.Join('\n', news));
    }
}
