namespace KernelEngine;

/// <summary>Every operator that is declared as a row, by PyTorch's name.</summary>
public static class OpCatalog
{
    private static readonly Lock Gate = new();
    private static readonly List<Operator> Registered = [];

    /// <summary>The operators, in the order of their names; some names have several rows (with and without a
    /// factor, for numbers and for tensors).</summary>
    public static IReadOnlyList<Operator> All
    {
        get
        {
            // One row of each class: its initializer declares the others.
            _ = new Operator[]
            {
                Arithmetic.Add, Comparisons.Eq, Logic.And, Rounding.Floor, Elementary.Exp, Trigonometry.Sin,
                Special.Erf, Activations.Relu, Losses.Mse, Reductions.Sum,
                Scans.Sum,
            };
            lock (Gate)
            {
                // Gradients that are operators themselves belong to theirs.
                return [.. Registered.Where(o => !o.Name.EndsWith("_backward", StringComparison.Ordinal))
                    .OrderBy(o => o.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The operators of a name.</summary>
    public static IEnumerable<Operator> Find(string name) => All.Where(o => o.Name == name);

    internal static void Register(Operator op)
    {
        lock (Gate)
            Registered.Add(op);
    }
}
