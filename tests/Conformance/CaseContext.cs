namespace KernelEngine.Conformance;

/// <summary>What an interpreter knows beside its case, and where it notes what it saw.</summary>
/// <param name="device">The device to run on.</param>
/// <param name="hashes">Where hashes are written; null where nobody asks.</param>
public sealed class CaseContext(ComputeDevice device, TextWriter? hashes)
{
    private readonly SortedDictionary<string, int> gradFnDiffer = new(StringComparer.Ordinal);
    private string id = "";

    /// <summary>The device to run on.</summary>
    public ComputeDevice Device => device;

    /// <summary>How many names of autograd nodes agreed with PyTorch's.</summary>
    public int GradFnAgree { get; private set; }

    /// <summary>Those that did not, and how often; informative, they change from release to release.</summary>
    public IReadOnlyDictionary<string, int> GradFnDiffer => gradFnDiffer;

    internal void Begin(ConformanceCase current) => id = current.Id;

    /// <summary>Notes the name of an output's node, and PyTorch's.</summary>
    public void NoteGradFn(string? got, string? want)
    {
        if (got == want)
        {
            GradFnAgree++;
            return;
        }

        var difference = $"{got ?? "None"}, not {want ?? "None"}";
        gradFnDiffer[difference] = gradFnDiffer.GetValueOrDefault(difference) + 1;
    }

    /// <summary>Writes the hash of an output or gradient.</summary>
    public void NoteHash(string name, TensorData value) => hashes?.WriteLine($"{id}\t{name}\t{value.Hash()}");

    /// <summary>Writes a plain output in place of its hash.</summary>
    public void NotePlain(string name, object? value) => hashes?.WriteLine($"{id}\t{name}\t{Comparison.Text(value)}");
}
