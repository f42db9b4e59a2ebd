namespace KernelEngine;

/// <summary>How exactly CUDA devices compute, where there is a choice.</summary>
public static class CudaMath
{
    private static volatile bool allowTf32;

    /// <summary>
    /// Whether products of float32 matrices, and convolutions, may round what they multiply to 11 digits (TF32), which
    /// matrix units are fast at; sums stay float32. False at first. As
    /// <c>torch.backends.cuda.matmul.allow_tf32</c>.
    /// </summary>
    public static bool AllowTf32
    {
        get => allowTf32;
        set => allowTf32 = value;
    }
}
