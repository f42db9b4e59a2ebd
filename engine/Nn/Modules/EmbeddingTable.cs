namespace KernelEngine.Nn;

/// <summary>What the modules with a table share: its first values and its padding.</summary>
internal static class EmbeddingTable
{
    /// <summary>The padding's row, not negative.</summary>
    public static long? PaddingOf(Tensor weight, long? paddingIdx, string error)
    {
        var rows = weight.Shape[0];
        if (paddingIdx is not { } padding)
            return null;
        if (padding >= rows || padding < -rows)
            throw new TensorValueException(error);
        return padding < 0 ? padding + rows : padding;
    }

    /// <summary>A parameter of rows that are given.</summary>
    public static Parameter Of(Tensor embeddings, bool freeze)
    {
        if (embeddings.Rank != 2)
            throw new TensorValueException("Embeddings parameter is expected to be 2-dimensional");
        return new(embeddings, !freeze);
    }

    /// <summary>Normal values, the padding's row zero.</summary>
    public static void Draw(Tensor weight, long? paddingIdx, Generator? generator)
    {
        Init.Normal_(weight, generator: generator);
        if (paddingIdx is not { } padding)
            return;
        using (Autograd.NoGrad())
            weight.Select(0, padding).Zero_();
    }
}
