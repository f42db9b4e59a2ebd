using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace KernelEngine.Tests;

/// <summary>
/// A row of a theory on each of <see cref="TestDevices.All"/>: as <see cref="InlineDataAttribute"/>, after the device's
/// string.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnEachDeviceAttribute(params object?[] arguments) : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. TestDevices.All.Select(d => new TheoryDataRow([d.Data, .. arguments]))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
