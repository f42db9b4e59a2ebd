namespace KernelEngine;

/// <summary>
/// Whom it concerns that data was wrong. What a device finds later than an operator was called (an index out of range,
/// a singular matrix) is thrown by whoever waits for the device next, whatever that is about. Code that uses a device
/// beside others, as a viewer does, takes what its own operators led to, so that nobody else is thrown it.
/// </summary>
/// <remarks>
/// What is found when the operator is called, as on the CPU, is thrown there as always. A device notes one error until
/// somebody waits: of several the first one found.
/// </remarks>
public static class DataErrors
{
    [ThreadStatic]
    private static Action<TensorException>? handler;

    /// <summary>Who takes the errors of the operators that this thread calls now; null where they are thrown.</summary>
    public static Action<TensorException>? Handler => handler;

    /// <summary>Until disposed, the errors of operators that this thread calls go to a handler.</summary>
    /// <param name="handler">Called when the error is found: perhaps later, by whichever thread waits then.</param>
    /// <example>
    /// <code>
    /// using (DataErrors.To(e => Console.Error.WriteLine(e.Message)))
    ///     shown = table.IndexSelect(0, indices);
    /// </code>
    /// </example>
    public static Scope To(Action<TensorException> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return new(handler);
    }

    /// <summary>A handler that holds until disposed.</summary>
    public readonly ref struct Scope
    {
        private readonly Action<TensorException>? before;

        internal Scope(Action<TensorException> entered)
        {
            before = handler;
            handler = entered;
        }

        /// <summary>Goes back to the handler before.</summary>
        public void Dispose() => handler = before;
    }
}
