using System.Runtime.CompilerServices;
using KernelEngine.Gpu;
using Xunit.v3;

namespace KernelEngine.Tests;

/// <summary>
/// xunit's theory, which takes this name in the tests: one that comes to float64 on a device that has none is skipped by
/// that name.
/// </summary>
[XunitTestCaseDiscoverer(typeof(TheoryDiscoverer))]
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryAttribute : Xunit.TheoryAttribute
{
    /// <summary>Where it stands is the compiler's to say.</summary>
    public TheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => SkipExceptions = [typeof(NoFloat64Exception)];
}
