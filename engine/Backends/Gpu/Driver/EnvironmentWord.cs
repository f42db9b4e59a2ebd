namespace KernelEngine.Gpu;

/// <summary>Variables of the environment that take one of two words.</summary>
internal static class EnvironmentWord
{
    /// <summary>Whether Vulkan's validation layer, or Direct3D's debug layer, is asked for.</summary>
    public static bool Validates => Environment.GetEnvironmentVariable("KERNEL_VALIDATE") is "1" or "true";

    /// <summary>The word that a variable has; null where it is not set.</summary>
    /// <exception cref="TensorRuntimeException">It has another one.</exception>
    public static string? Of(string variable, string one, string other)
    {
        var word = Environment.GetEnvironmentVariable(variable);
        return string.IsNullOrEmpty(word) ? null
            : word == one || word == other ? word
            : throw new TensorRuntimeException($"{variable} is '{one}' or '{other}', not '{word}'");
    }
}
