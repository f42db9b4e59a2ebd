using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Distances, products of pairs, and rows of tables.</summary>
internal static class DistanceBindings
{
    public static readonly BindingTable Table = new()
    {
        {
            "cdist",
            a => a.Tensor(0, "x1").Cdist(a.Tensor(1, "x2"), a.Real(2, "p", 2),
                a.Text(3, "compute_mode", "use_mm_for_euclid_dist_if_necessary"))
        },
        { "pdist nn.functional.pdist", a => a.Self.Pdist(a.Real(1, "p", 2)) },
        { "dist", a => a.Self.Dist(a.Tensor(1, "other"), a.Real(2, "p", 2)) },
        {
            "renorm",
            a => a.Self.Renorm(a.Real(1, "p"), a.Int(2, "dim"), a.Real(3, "maxnorm")),
            a => a.Self.Renorm_(a.Real(1, "p"), a.Int(2, "dim"), a.Real(3, "maxnorm"))
        },
        {
            "cosine_similarity nn.functional.cosine_similarity",
            a => Functional.CosineSimilarity(a.Tensor(0, "x1"), a.Tensor(1, "x2"), a.Int(2, "dim", 1),
                a.Real(3, "eps", 1e-8))
        },
        {
            "pairwise_distance nn.functional.pairwise_distance",
            a => Functional.PairwiseDistance(a.Tensor(0, "x1"), a.Tensor(1, "x2"), a.Real(2, "p", 2),
                a.Real(3, "eps", 1e-6), a.Flag(4, "keepdim"))
        },
        {
            "bilinear nn.functional.bilinear",
            a => Functional.Bilinear(a.Tensor(0, "input1"), a.Tensor(1, "input2"), a.Tensor(2, "weight"),
                a.TensorOrNull(3, "bias"))
        },
        { "nn.functional.embedding", Embedding },
        { "nn.functional.embedding_bag", EmbeddingBag },
    };

    public static readonly BindingTable Modules = new()
    {
        {
            "Embedding",
            a => NotSparse(a, 6, new Embedding(a.Long(0, "num_embeddings"), a.Long(1, "embedding_dim"),
                a.LongOrNull(2, "padding_idx"), a.ScalarOrNull(3, "max_norm"), a.ScalarOrNull(4, "norm_type"),
                a.Flag(5, "scale_grad_by_freq")))
        },
        {
            "EmbeddingBag",
            a => NotSparse(a, 6, new EmbeddingBag(a.Long(0, "num_embeddings"), a.Long(1, "embedding_dim"),
                a.ScalarOrNull(2, "max_norm"), a.ScalarOrNull(3, "norm_type"), a.Flag(4, "scale_grad_by_freq"),
                a.Text(5, "mode", "mean"), a.Flag(8, "include_last_offset"), a.LongOrNull(9, "padding_idx")))
        },
        { "CosineSimilarity", a => new CosineSimilarity(a.Int(0, "dim", 1), a.Real(1, "eps", 1e-8)) },
        {
            "PairwiseDistance",
            a => new PairwiseDistance(a.Real(0, "p", 2), a.Real(1, "eps", 1e-6), a.Flag(2, "keepdim"))
        },
    };

    private static Tensor Embedding(Arguments a) => NotSparse(a, 6, Functional.Embedding(
        a.Self, a.Tensor(1, "weight"), a.LongOrNull(2, "padding_idx"), a.RealOrNull(3, "max_norm"),
        a.Real(4, "norm_type", 2), a.Flag(5, "scale_grad_by_freq")));

    private static Tensor EmbeddingBag(Arguments a) => NotSparse(a, 7, Functional.EmbeddingBag(
        a.Self, a.Tensor(1, "weight"), a.TensorOrNull(2, "offsets"), a.RealOrNull(3, "max_norm"),
        a.Real(4, "norm_type", 2), a.Flag(5, "scale_grad_by_freq"), a.Text(6, "mode", "mean"),
        a.TensorOrNull(8, "per_sample_weights"), a.Flag(9, "include_last_offset"),
        a.LongOrNull(10, "padding_idx")));

    private static T NotSparse<T>(Arguments a, int position, T result) =>
        a.Flag(position, "sparse") ? throw a.Wrong("sparse", "is set") : result;
}
