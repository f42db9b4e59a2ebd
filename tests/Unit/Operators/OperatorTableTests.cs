namespace KernelEngine.Tests;

/// <summary>docs/operators.md says what the code does; every structural kernel has a body on every device.</summary>
public sealed class OperatorTableTests
{
    private const string WriteVariable = "KERNEL_WRITE_DOCS";

    [Fact]
    public void TheTableOfOperatorsIsUpToDate()
    {
        var path = Path.Combine(Repository.Root, "docs", "operators.md");
        var text = OperatorTable.Text();
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            File.WriteAllText(path, text);
        var committed = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        var (own, there) = (text.Split('\n'), committed.Split('\n'));
        Assert.True(text == committed,
            $"docs/operators.md is stale; {WriteVariable}=1 dotnet test -c Release tests/Unit writes it. First: " +
            string.Join(" / ", own.Except(there).Take(1).Concat(there.Except(own).Take(1))));
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void EveryStructuralKernelHasABody(string device)
    {
        var backend = TestDevices.Get(device).Backend;
        Assert.Empty(OperatorTable.Kernels().Where(k => !backend.Supports(k, [])).Select(k => k.Name));
    }

    [Fact]
    public void NoTwoStructuralKernelsShareAName() =>
        Assert.Empty(OperatorTable.Kernels().GroupBy(k => k.Name).Where(g => g.Count() > 1).Select(g => g.Key));
}
