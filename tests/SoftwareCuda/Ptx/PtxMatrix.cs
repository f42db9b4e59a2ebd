namespace KernelEngine.SoftwareCuda;

/// <summary>What warps compute together.</summary>
internal static class PtxMatrix
{
    /// <summary>Reads an instruction; false where it is none of these.</summary>
    public static bool Read(
        PtxKernelReader kernel, PtxInstruction instruction, string operation, List<string> operands) => false;
}
