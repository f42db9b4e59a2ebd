using KernelEngine.Conformance;

namespace KernelEngine.Tests.Conformance;

/// <summary>What the runner says of cases that no directory has: it must never pass what it did not check.</summary>
[Collection(ConformanceCollection.Name)]
public sealed class RunnerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("frobnicate", "[2]", "", "unknown operator 'frobnicate'")]
    [InlineData("ones", "[2]", "\"order\":1", "ones: unexpected argument 'order'")]
    [InlineData("ones", "[{\"$new\":1}]", "", "unknown value")]
    [InlineData("eye", "[2,3,4]", "", "eye: unexpected positional argument 2")]
    public void WhatCannotBeCalledFails(string op, string args, string kwargs, string reason)
    {
        var call = $$"""
            "op":"{{op}}","kind":"function","args":{{args}},"kwargs":{{{kwargs}}}
            """;
        var normal = Run("opinfo/x", $$"""{"id":"a",{{call}},"outputs":null,"tol":[0.0,0.0]}""");
        Assert.Equal((CaseStatus.Failed, null), (normal.Status, normal.Grade));
        Assert.Contains(reason, normal.Reason);

        // It did not fail as it must, either.
        var error = Run("errors/x", $$$"""{"id":"a",{{{call}}},"error":{"type":"RuntimeError","message":""}}""");
        Assert.Equal((CaseStatus.Failed, ErrorGrade.None), (error.Status, error.Grade));
        Assert.Contains(reason, error.Reason);
    }

    [Theory]
    [InlineData("RuntimeError", "Trying to create tensor with negative dim", CaseStatus.Passed, ErrorGrade.Exact)]
    [InlineData("RuntimeError", "other words", CaseStatus.Passed, ErrorGrade.Kind)]
    [InlineData("IndexError", "Trying to create tensor", CaseStatus.Failed, ErrorGrade.Fails)]
    public void ErrorsAreGraded(string type, string message, CaseStatus status, ErrorGrade grade)
    {
        var result = Run("errors/x", $$$"""
            {"id":"a","op":"ones","kind":"function","args":[[-1]],"kwargs":{},
            """.ReplaceLineEndings("") + $$$"""
            "error":{"type":"{{{type}}}","message":"{{{message}}}"}}
            """);
        Assert.Equal((status, grade), (result.Status, result.Grade));
    }

    [Fact]
    public void WhatMustFailAndDoesNotIsNamed()
    {
        var result = Run("errors/x", """
            {"id":"a","steps":[{"set":"x","op":"torch.ones","args":[2]}],"error":{"type":"RuntimeError","message":"no"}}
            """);
        Assert.Equal((CaseStatus.Failed, ErrorGrade.None), (result.Status, result.Grade));
        Assert.StartsWith("it did not fail", result.Reason);
    }

    [Fact]
    public void FailingBeforeTheLastStepIsNoPass()
    {
        var result = Run("errors/x", """
            {"id":"a","steps":[{"set":"x","op":"torch.ones","args":[-1]},{"op":"torch.ones","args":[-1]}],
            """.ReplaceLineEndings("") + """
            "error":{"type":"RuntimeError","message":"Trying"}}
            """);
        Assert.Equal((CaseStatus.Failed, ErrorGrade.None), (result.Status, result.Grade));
    }

    [Fact]
    public void AGradientThatIsNotThereFails()
    {
        var result = Run("opinfo/x", """
            {"id":"a","op":"ones","kind":"function","args":[[0]],"kwargs":{},"outputs":{"$tensor":"y"},
            """.ReplaceLineEndings("") + """
            "grads":{"x":"dx"},"grad_outputs":{"y":"gy"},"tol":[0.0,0.0],"grad_tol":[0.0,0.0]}
            """);
        Assert.Equal(CaseStatus.Failed, result.Status);
        Assert.Contains("'a:y' is not in the file", result.Reason);
    }

    [Theory]
    [InlineData("arange", "5", CaseStatus.Failed)]
    [InlineData("arange", "0", CaseStatus.Passed)] // launches nothing on the CPU either
    public void PassingElsewhereIsNoPass(string op, string argument, CaseStatus status)
    {
        var steps = $$"""
            {"id":"a","steps":[{"set":"x","op":"torch.{{op}}","args":[{{argument}}]},{"op":"torch.ones","args":[-1]}],
            """.ReplaceLineEndings("") + """
            "error":{"type":"RuntimeError","message":"Trying"}}
            """;

        // What the case makes goes to the CPU, though another device is under test.
        var device = new EmptyBackend().Device;
        var result = Run("errors/x", steps, device, group => ComputeDevice.Default = ComputeDevice.Cpu());
        Assert.Equal((status, 0), (result.Status, result.Launches));
        if (status == CaseStatus.Failed)
            Assert.StartsWith("it passed without a launch on empty:0", result.Reason);
        Assert.Equal(CaseStatus.Passed, Run("errors/x", steps).Status);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"a\"}\n{\"id\":\"a\"}")]
    public void CasesThatCannotBeReadEndTheRun(string lines) =>
        Assert.Throws<CaseFormatException>(() => Run("opinfo/x", lines));

    [Fact]
    public void DirectoriesWithoutCasesEndTheRun()
    {
        Assert.Throws<CaseFormatException>(() => ConformanceRunner.Run(new() { Cases = folder }));
        Assert.Throws<CaseFormatException>(() => ConformanceRunner.Run(new() { Cases = folder + "/none" }));
    }

    [Fact]
    public void KnownFailuresAreExact()
    {
        var list = Path.Combine(folder, "known.txt");
        File.WriteAllLines(
            list,
            ["# list", "* g/x/a.* later", "cpu g/x/b.1 off by one", "vulkan g/x/* elsewhere", "* g/x/gone gone"]);
        var known = KnownFailures.Read(list);
        var cpu = ComputeDevice.Parse("cpu");
        CaseResult[] results =
        [
            Result("a.1", CaseStatus.Failed), Result("a.2", CaseStatus.Passed), Result("b.1", CaseStatus.Failed),
            Result("c.1", CaseStatus.Failed), Result("d.1", CaseStatus.Passed),
        ];
        Assert.Equal(
            [
                "g/x/a.2 passes, though line 2 lists it: later", "g/x/c.1 fails and is not listed: why",
                "line 5 lists g/x/gone, which is no case",
            ],
            known.Unforeseen(results, cpu));

        static CaseResult Result(string id, CaseStatus status) => new(id, "g/x", "op", status, null, "why", 0);
    }

    private CaseResult Run(
        string group, string lines, ComputeDevice? device = null, Action<string>? onGroup = null)
    {
        var path = Path.Combine(folder, "cases", group + ".jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, lines);
        var options = new ConformanceOptions
        {
            Cases = Path.Combine(folder, "cases"),
            Groups = [group],
            Device = device,
        };
        return ConformanceRunner.Run(options, onGroup).Results[0];
    }
}
