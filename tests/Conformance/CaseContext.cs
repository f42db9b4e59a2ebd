namespace KernelEngine.Conformance;

/// <summary>What an interpreter knows beside its case, and where it notes what it saw.</summary>
/// <param name="device">The device to run on.</param>
/// <param name="hashes">Where hashes are written; null where nobody asks.</param>
public sealed class CaseContext(ComputeDevice device, TextWriter? hashes)
{
    private string id = "";

    /// <summary>The device to run on.</summary>
    public ComputeDevice Device => device;

    /// <summary>How many names of autograd nodes agreed with PyTorch's.</summary>
    public int GradFnAgree { get; private set; }

    /// <summary>How many did not; informative, they change from release to release.</summary>
    public int GradFnDiffer { get; private set; }

    internal void Begin(ConformanceCase current) => id = current.Id;

    /// <summary>Notes whether an output's node has PyTorch's name.</summary>
    public void NoteGradFn(bool agrees)
    {
        if (agrees)
            GradFnAgree++;
        else
            GradFnDiffer++;
    }

    /// <summary>Writes the hash of an output or gradient.</summary>
    public void NoteHash(string name, TensorData value) => hashes?.WriteLine($"{id}\t{name}\t{value.Hash()}");
}
