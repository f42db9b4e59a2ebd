namespace KernelEngine.Nn;

/// <summary>
/// Numbers among saved tensors: on the CPU, truth values in bool, whole numbers in int64, real ones in float64, so
/// that they come back exactly.
/// </summary>
internal static class SavedNumbers
{
    /// <summary>A number, 0-dimensional.</summary>
    public static Tensor Of(Scalar number) => Of([number]);

    /// <summary>Numbers: one is 0-dimensional, several are a vector.</summary>
    public static Tensor Of(ReadOnlySpan<Scalar> numbers, bool asVector = false)
    {
        var values = numbers.ToArray();
        var shape = asVector || values.Length != 1 ? Shape.Create([values.Length]) : Shape.Scalar;
        return Array.TrueForAll(values, v => v.IsBool)
            ? Tensor.FromArray(Array.ConvertAll(values, v => v.ToBoolean()), shape)
            : Array.Exists(values, v => v.IsReal)
                ? Tensor.FromArray(Array.ConvertAll(values, v => v.ToDouble()), shape)
                : Tensor.FromArray(Array.ConvertAll(values, v => v.ToInt64()), shape);
    }

    /// <summary>What was saved.</summary>
    public static Scalar[] Read(Tensor saved)
    {
        var flat = saved.Detach().Reshape([-1]);
        var result = new Scalar[flat.ElementCount];
        for (var i = 0; i < result.Length; i++)
            result[i] = flat[i].Item();
        return result;
    }
}
