namespace KernelEngine.Nn;

/// <summary>A parameter that a module is given instead of its own.</summary>
internal static class SharedParameter
{
    /// <summary>The parameter, which must have the shape of the module's own.</summary>
    public static Parameter Of(Parameter parameter, Shape shape, string name)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return parameter.Shape == shape ? parameter : throw new TensorValueException(
            $"{name} has the shape {shape.ToListText()}, not {parameter.Shape.ToListText()}");
    }
}
