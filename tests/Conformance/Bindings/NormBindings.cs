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
        {
            "nn.functional.layer_norm",
            a => Functional.LayerNorm(a.Self, a.Longs(1, "normalized_shape"), a.TensorOrNull(2, "weight"),
                a.TensorOrNull(3, "bias"), a.Real(4, "eps", 1e-5))
        },
        {
            "nn.functional.group_norm",
            a => Functional.GroupNorm(a.Self, a.Long(1, "num_groups"), a.TensorOrNull(2, "weight"),
                a.TensorOrNull(3, "bias"), a.Real(4, "eps", 1e-5))
        },
        {
            "nn.functional.instance_norm",
            a => Functional.InstanceNorm(a.Self, a.TensorOrNull(1, "running_mean"),
                a.TensorOrNull(2, "running_var"), a.TensorOrNull(3, "weight"), a.TensorOrNull(4, "bias"),
                a.Flag(5, "use_input_stats", true), a.Real(6, "momentum", 0.1), a.Real(7, "eps", 1e-5))
        },
        {
            "nn.functional.local_response_norm",
            a => Functional.LocalResponseNorm(a.Self, a.Long(1, "size"), a.Real(2, "alpha", 1e-4),
                a.Real(3, "beta", 0.75), a.Real(4, "k", 1))
        },
        {
            "nn.functional.normalize",
            a => Functional.Normalize(a.Self, a.Real(1, "p", 2), a.Int(2, "dim", 1), a.Real(3, "eps", 1e-12))
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
        {
            "InstanceNorm1d",
            Running((n, eps, momentum, affine, tracks) =>
                new InstanceNorm1d(n, eps, momentum ?? 0, affine, tracks), false)
        },
        {
            "InstanceNorm2d",
            Running((n, eps, momentum, affine, tracks) =>
                new InstanceNorm2d(n, eps, momentum ?? 0, affine, tracks), false)
        },
        {
            "InstanceNorm3d",
            Running((n, eps, momentum, affine, tracks) =>
                new InstanceNorm3d(n, eps, momentum ?? 0, affine, tracks), false)
        },
        {
            "LayerNorm",
            a => new LayerNorm(a.Longs(0, "normalized_shape"), a.Real(1, "eps", 1e-5),
                a.Flag(2, "elementwise_affine", true))
        },
        {
            "GroupNorm",
            a => new GroupNorm(a.Long(0, "num_groups"), a.Long(1, "num_channels"), a.Real(2, "eps", 1e-5),
                a.Flag(3, "affine", true))
        },
        {
            "LocalResponseNorm",
            a => new LocalResponseNorm(a.Long(0, "size"), a.Real(1, "alpha", 1e-4), a.Real(2, "beta", 0.75),
                a.Real(3, "k", 1))
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
