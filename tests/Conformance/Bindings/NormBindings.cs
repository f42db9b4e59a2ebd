using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Normalizations.</summary>
internal static class NormBindings
{
    public static readonly BindingTable Table = new()
    {
        {
            "nn.functional.batch_norm",
            a => Functional.BatchNorm(a.Self, a.TensorOrNull(1, "running_mean"), a.TensorOrNull(2, "running_var"),
                a.TensorOrNull(3, "weight"), a.TensorOrNull(4, "bias"), a.Flag(5, "training"),
                a.Real(6, "momentum", 0.1), a.Real(7, "eps", 1e-5))
        },
    };

    public static readonly BindingTable Modules = new()
    {
        {
            "BatchNorm1d",
            Running((n, eps, momentum, affine, tracks) => new BatchNorm1d(n, eps, momentum, affine, tracks), true)
        },
        {
            "BatchNorm2d",
            Running((n, eps, momentum, affine, tracks) => new BatchNorm2d(n, eps, momentum, affine, tracks), true)
        },
        {
            "BatchNorm3d",
            Running((n, eps, momentum, affine, tracks) => new BatchNorm3d(n, eps, momentum, affine, tracks), true)
        },
    };

    /// <summary>A row of a module with running statistics.</summary>
    private static Binding Running(Func<long, double, double?, bool, bool, Module> make, bool otherwise) => a =>
    {
        // A momentum of None is not one that is left out.
        var momentum = a.Keywords.Contains("momentum") || a.Count > 2 ? a.RealOrNull(2, "momentum") : 0.1;
        return make(
            a.Long(0, "num_features"), a.Real(1, "eps", 1e-5), momentum, a.Flag(3, "affine", otherwise),
            a.Flag(4, "track_running_stats", otherwise));
    };
}
