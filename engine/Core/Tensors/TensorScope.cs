namespace KernelEngine;

/// <summary>Frees the tensors made on its thread when it ends; see <see cref="Tensor.Scope"/>.</summary>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? current;

    // Whether any thread has a scope: cheaper to ask than the thread's own.
    private static int count;

    private readonly TensorScope? outer;
    private readonly List<Storage> made = [];
    private readonly HashSet<Storage> kept = [];
    private readonly HashSet<Storage> exempt = [];

    internal TensorScope()
    {
        outer = current;
        current = this;
        Interlocked.Increment(ref count);
    }

    internal static TensorScope? Current => count == 0 ? null : current;

    /// <summary>Lets a tensor outlive the scope; an outer scope frees it then, if there is one.</summary>
    public Tensor Keep(Tensor tensor)
    {
        kept.Add(tensor.Storage);
        return tensor;
    }

    /// <summary>
    /// Takes a tensor out of every scope of this thread: what outlives a training step, such as the gradients of
    /// parameters and what optimizers remember, which need no call.
    /// </summary>
    /// <returns>The tensor.</returns>
    public static Tensor Exempt(Tensor tensor)
    {
        for (var scope = Current; scope is not null; scope = scope.outer)
            scope.exempt.Add(tensor.Storage);
        return tensor;
    }

    /// <summary>Frees what was made.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(current, this))
        {
            throw new InvalidOperationException(
                "scopes end in the opposite order of their beginning, on the thread that they began on");
        }

        current = outer;
        Interlocked.Decrement(ref count);
        foreach (var storage in made)
        {
            if (exempt.Contains(storage))
                continue;
            if (kept.Contains(storage))
                outer?.made.Add(storage);
            else
                storage.Free();
        }
    }

    internal void Add(Storage storage) => made.Add(storage);
}
