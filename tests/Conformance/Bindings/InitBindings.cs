using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>First values of parameters.</summary>
internal static class InitBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.init.calculate_gain", a => Init.Gain(a.Text(0, "nonlinearity"), a.Real(1, "param", 0.01)) },
        { "nn.init.uniform_", a => Init.Uniform_(Target(a), a.Real(1, "a", 0), a.Real(2, "b", 1)) },
        { "nn.init.normal_", a => Init.Normal_(Target(a), a.Real(1, "mean", 0), a.Real(2, "std", 1)) },
        {
            "nn.init.trunc_normal_",
            a => Init.TruncNormal_(
                Target(a), a.Real(1, "mean", 0), a.Real(2, "std", 1), a.Real(3, "a", -2), a.Real(4, "b", 2))
        },
        { "nn.init.constant_", a => Init.Constant_(Target(a), a.Scalar(1, "val")) },
        { "nn.init.ones_", a => Init.Ones_(Target(a)) },
        { "nn.init.zeros_", a => Init.Zeros_(Target(a)) },
        { "nn.init.eye_", a => Init.Eye_(Target(a)) },
        { "nn.init.dirac_", a => Init.Dirac_(Target(a), a.Long(1, "groups", 1)) },
        { "nn.init.xavier_uniform_", a => Init.XavierUniform_(Target(a), a.Real(1, "gain", 1)) },
        { "nn.init.xavier_normal_", a => Init.XavierNormal_(Target(a), a.Real(1, "gain", 1)) },
        {
            "nn.init.kaiming_uniform_",
            a => Init.KaimingUniform_(Target(a), a.Real(1, "a", 0), Mode(a), Nonlinearity(a))
        },
        {
            "nn.init.kaiming_normal_",
            a => Init.KaimingNormal_(Target(a), a.Real(1, "a", 0), Mode(a), Nonlinearity(a))
        },
        { "nn.init.orthogonal_", a => Init.Orthogonal_(Target(a), a.Real(1, "gain", 1)) },
        { "nn.init.sparse_", a => Init.Sparse_(Target(a), a.Real(1, "sparsity"), a.Real(2, "std", 0.01)) },
    };

    private static Tensor Target(Arguments a) => a.Tensor(0, "tensor");

    private static string Mode(Arguments a) => a.Text(2, "mode", "fan_in");

    private static string Nonlinearity(Arguments a) => a.Text(3, "nonlinearity", "leaky_relu");
}
