using KernelEngine.Conformance;

namespace KernelEngine.Tests.Conformance;

/// <summary>
/// The cases on every device against the list of known failures: all of them on the CPU, a tenth on each GPU, always
/// the same; the runner by itself runs them all.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConformanceCollection
{
    // Cases set the default device and print options, which are the whole process's.
    public const string Name = "Conformance";
}

[Collection(ConformanceCollection.Name)]
public class ConformanceTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "conformance");

    private static readonly string Cases = Path.Combine(Folder, "cases");

    public static TheoryData<string, string> GroupsOnDevices
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in TestDevices.All)
            {
                foreach (var group in new CaseDirectory(Cases).Groups)
                    data.Add(row.Data, group);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(GroupsOnDevices))]
    public void CasesGoAsKnown(string deviceName, string group)
    {
        var device = TestDevices.Get(deviceName);
        var sample = SampleOn(device);
        var report = ConformanceRunner.Run(
            new() { Cases = Cases, Device = device, Groups = [group], Sample = sample });
        var news = KnownFailures.Read(Path.Combine(Folder, "known-failures.txt"))
            .Unforeseen(report.Results, device, sample == 1);
        Assert.True(news.Count == 0, string.Join('\n', news));
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void TheSameRunGivesTheSameBits(string deviceName)
    {
        var device = TestDevices.Get(deviceName);
        Assert.Equal(
            Hashes(device, "opinfo", SampleOn(device)), Hashes(device, "opinfo", SampleOn(device)));
    }

    [Theory, MemberData(nameof(GroupsOnDevices))]
    public void CasesHaveTheSameBitsFused(string deviceName, string group)
    {
        var device = TestDevices.Get(deviceName);
        var before = Fusion.Mode;
        try
        {
            Fusion.Mode = FusionMode.Off;
            var expected = Hashes(device, group, FusedSampleOn(device));
            Fusion.Mode = FusionMode.Always;
            Assert.Equal(expected, Hashes(device, group, FusedSampleOn(device)));
        }
        finally
        {
            Fusion.Mode = before;
        }
    }

    private static int SampleOn(ComputeDevice device) => device.Type == DeviceType.Cpu ? 1 : 10;

    // Chains of every kind need kernels of their own, which a software GPU's driver is slow to compile.
    private static int FusedSampleOn(ComputeDevice device) => device.Type == DeviceType.Cpu ? 1 : 20;

    private static string Hashes(ComputeDevice device, string group, int sample)
    {
        using var hashes = new StringWriter();
        ConformanceRunner.Run(new()
        {
            Cases = Cases,
            Device = device,
            Groups = [group],
            Hashes = hashes,
            Sample = sample,
        });
        return hashes.ToString();
    }
}
