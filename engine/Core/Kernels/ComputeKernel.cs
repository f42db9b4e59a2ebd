using System.Collections.Immutable;

namespace KernelEngine;

/// <summary>An operand of a <see cref="ComputeKernel"/>.</summary>
/// <param name="Name">What its elements are called in the text.</param>
/// <param name="DType">The dtype that it must have.</param>
/// <param name="Access">How the kernel uses it.</param>
public readonly record struct ComputeOperand(string Name, DType DType, Access Access);

/// <summary>A number that a <see cref="ComputeKernel"/> is given with each launch.</summary>
/// <param name="Name">What it is called in the text.</param>
/// <param name="Type">int, uint, float or double.</param>
public readonly record struct ComputeParameter(string Name, Type Type);

/// <summary>Memory that the threads of a group share, in a <see cref="ComputeKernel"/>.</summary>
/// <param name="Name">What it is called in the text.</param>
/// <param name="Type">int, uint, float or double.</param>
/// <param name="Count">How many.</param>
public readonly record struct ComputeShared(string Name, Type Type, int Count);

/// <summary>
/// A kernel of a user's own with an algorithm of its own: its interface is data, its body text in the subset that
/// shader languages share. What is computed from the elements at one place alone is better made by
/// <see cref="Pointwise.Define(string, Func{Expr, Expr})"/>, which runs everywhere and has a gradient.
/// </summary>
/// <remarks>
/// <para>
/// The body runs once for each of the <c>elements</c> of a launch, rounded up to whole groups of threads: so it begins
/// with <c>if (i >= n) return;</c>. It sees <c>id.x</c> (which one it is, a <c>uint</c>), <c>local_id.x</c>,
/// <c>group_id.x</c>, the parameters by name and the operands as arrays: <c>dst[i] = src[i]</c> for float32, float64
/// and int32; <c>STORE(dst, i, LOAD(src, i))</c> for every dtype, narrow ones as float or int. Types are <c>float</c>,
/// <c>int</c>, <c>uint</c>, <c>bool</c>, <c>double</c> where the device has it, and <c>float2</c> to <c>float4</c>;
/// functions are <c>min</c>, <c>max</c>, <c>clamp</c>, <c>lerp</c>, <c>abs</c>, <c>floor</c>, <c>sqrt</c>, <c>exp</c>,
/// <c>log</c>, <c>pow</c>, <c>sin</c>, <c>cos</c> and the like; <c>BARRIER()</c> and <c>ATOMIC_ADD(b, i, x)</c> go with
/// <see cref="Shared{T}"/>. docs/kernels.md lists it all.
/// </para>
/// <para>
/// It runs on OpenCL and CUDA devices at once; on Vulkan devices where a compiler of GLSL (glslangValidator or glslc)
/// is found on the path, or compiled SPIR-V is given (<see cref="SpirV"/>).
/// </para>
/// </remarks>
/// <example>
/// <code>
/// static readonly ComputeKernel Blur = ComputeKernel.Define("blur3", threads: 64, body: """
///     uint i = id.x; if (i >= n) return;
///     dst[i] = lerp(src[i], 0.5f * (src[max(i, 1u) - 1u] + src[min(i + 1u, n - 1u)]), w);
///     """).Reads&lt;float&gt;("src").Writes&lt;float&gt;("dst").Param&lt;uint&gt;("n").Param&lt;float&gt;("w");
///
/// var y = Blur.Apply([x], x.ElementCount, 0.5);
/// </code>
/// </example>
public sealed partial class ComputeKernel
{
    private const int MostThreads = 1024;

    private Func<KernelGradient, Tensor?[]>? gradient;

    private ComputeKernel(string name, int threads, string body) => (Name, Threads, Body) = (name, threads, body);

    private ComputeKernel(ComputeKernel other) : this(other.Name, other.Threads, other.Body)
    {
        (Operands, Parameters, SharedArrays) = (other.Operands, other.Parameters, other.SharedArrays);
        (CompiledSpirV, gradient) = (other.CompiledSpirV, other.gradient);
    }

    /// <summary>Its name, in profiles, graphs and messages.</summary>
    public string Name { get; }

    /// <summary>How many threads a group has.</summary>
    public int Threads { get; }

    /// <summary>The text.</summary>
    public string Body { get; }

    /// <summary>The operands in order.</summary>
    public ImmutableArray<ComputeOperand> Operands { get; private init; } = [];

    /// <summary>The numbers in order.</summary>
    public ImmutableArray<ComputeParameter> Parameters { get; private init; } = [];

    /// <summary>Memory that the threads of a group share.</summary>
    public ImmutableArray<ComputeShared> SharedArrays { get; private init; } = [];

    /// <summary>The kernel compiled for Vulkan; empty where none was given.</summary>
    public ReadOnlyMemory<byte> CompiledSpirV { get; private init; }

    /// <summary>What the backends made of it.</summary>
    internal object? DeviceCode;

    /// <summary>Begins a kernel; operands and parameters follow: <c>.Reads&lt;float&gt;("src")</c> and so on.</summary>
    /// <param name="name">Its name: a letter, then letters, digits or underscores.</param>
    /// <param name="threads">How many threads a group has, from 1 to 1024; every device can do 128.</param>
    /// <param name="body">The text.</param>
    /// <exception cref="ArgumentException">The name is no identifier, or there are no or too many threads.</exception>
    public static ComputeKernel Define(string name, int threads, string body)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(body);
        CheckIdentifier(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MostThreads);
        return new(name, threads, body);
    }

    /// <summary>The same kernel with an operand more, which it reads.</summary>
    /// <typeparam name="T">The .NET type of the operand's dtype.</typeparam>
    /// <param name="name">What its elements are called in the text.</param>
    /// <exception cref="ArgumentException">The name is no identifier, or taken.</exception>
    /// <exception cref="TensorTypeException">No dtype has this .NET type.</exception>
    public ComputeKernel Reads<T>(string name) where T : unmanaged => With<T>(name, Access.Read);

    /// <summary>The same kernel with an operand more, of which it writes every element.</summary>
    /// <inheritdoc cref="Reads{T}"/>
    public ComputeKernel Writes<T>(string name) where T : unmanaged => With<T>(name, Access.Write);

    /// <summary>The same kernel with an operand more, which it reads and writes.</summary>
    /// <inheritdoc cref="Reads{T}"/>
    public ComputeKernel Updates<T>(string name) where T : unmanaged => With<T>(name, Access.ReadWrite);

    /// <summary>The same kernel with a number more, which each launch gives.</summary>
    /// <typeparam name="T">int, uint, float or double.</typeparam>
    /// <param name="name">What it is called in the text.</param>
    /// <exception cref="ArgumentException">The name is no identifier, or taken; T is another type.</exception>
    public ComputeKernel Param<T>(string name) where T : unmanaged
    {
        CheckFree(name);
        CheckNumber<T>(name);
        return new(this) { Parameters = Parameters.Add(new(name, typeof(T))) };
    }

    /// <summary>The same kernel with an array more, which the threads of a group share.</summary>
    /// <typeparam name="T">int, uint, float or double.</typeparam>
    /// <param name="name">What it is called in the text.</param>
    /// <param name="count">How many elements it has; devices have 16 KiB and more for all of them.</param>
    /// <exception cref="ArgumentException">The name is no identifier, or taken; T is another type.</exception>
    public ComputeKernel Shared<T>(string name, int count) where T : unmanaged
    {
        CheckFree(name);
        CheckNumber<T>(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(this) { SharedArrays = SharedArrays.Add(new(name, typeof(T), count)) };
    }

    /// <summary>
    /// The same kernel with its compiled form for Vulkan, so that no compiler is needed where it runs: what glslang
    /// makes of its text in GLSL, which <c>kernel.ToGlsl()</c> of the package KernelEngine.Vulkan gives.
    /// </summary>
    /// <param name="compiled">The SPIR-V module.</param>
    /// <exception cref="ArgumentException">This is no SPIR-V.</exception>
    public ComputeKernel SpirV(ReadOnlyMemory<byte> compiled)
    {
        const uint magic = 0x07230203;
        if (compiled.Length < 20 || compiled.Length % 4 != 0 ||
            System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(compiled.Span) != magic)
        {
            throw new ArgumentException($"{Name}: these {compiled.Length} bytes are no SPIR-V module");
        }

        return new(this) { CompiledSpirV = compiled };
    }

    /// <summary>
    /// The same kernel with a gradient for <see cref="Apply"/>: the gradients of the inputs, one for each, null where
    /// there is none. Written with operators, or kernels that have gradients, it can be differentiated again.
    /// </summary>
    public ComputeKernel Gradient(Func<KernelGradient, Tensor?[]> gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        return new(this) { gradient = gradient };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(
        Name, "(",
        string.Join(", ", Operands.Select(o => $"{Word(o.Access)} {o.DType.Name} {o.Name}")
            .Concat(Parameters.Select(p => $"{WordOf(p.Type)} {p.Name}"))), ")");

    /// <summary>What a type of parameters is called in kernels.</summary>
    internal static string WordOf(Type type) =>
        type == typeof(int) ? "int" : type == typeof(uint) ? "uint" : type == typeof(float) ? "float" : "double";

    private static string Word(Access access) => access switch
    {
        Access.Read => "reads",
        Access.Write => "writes",
        _ => "updates",
    };

    private static void CheckIdentifier(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!(char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')))
        {
            throw new ArgumentException(
                $"'{name}' cannot be a name in a kernel: it takes a letter, then letters, digits or underscores");
        }
    }

    private ComputeKernel With<T>(string name, Access access) where T : unmanaged
    {
        CheckFree(name);
        return new(this) { Operands = Operands.Add(new(name, DType.Of<T>(), access)) };
    }

    private void CheckFree(string name)
    {
        CheckIdentifier(name);
        if (Operands.Any(o => o.Name == name) || Parameters.Any(p => p.Name == name) ||
            SharedArrays.Any(s => s.Name == name))
        {
            throw new ArgumentException($"{Name}: there is a {name} already");
        }
    }

    private void CheckNumber<T>(string name)
    {
        if (typeof(T) != typeof(int) && typeof(T) != typeof(uint) && typeof(T) != typeof(float) &&
            typeof(T) != typeof(double))
        {
            throw new ArgumentException(
                $"{Name}: {name} is of type {typeof(T).Name}; kernels compute with int, uint, float and double");
        }
    }
}
