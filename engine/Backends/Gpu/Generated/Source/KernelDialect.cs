using System.Text;

namespace KernelEngine.Gpu;

/// <summary>What a kernel in a dialect consists of, for <see cref="KernelDialect.Assemble"/>.</summary>
/// <param name="Threads">The threads of a group.</param>
/// <param name="Buffers">How many buffers it has.</param>
/// <param name="SelectsBuffers">Whether it finds buffers by their numbers.</param>
/// <param name="Prelude">Functions and tables.</param>
/// <param name="Shared">Declarations of shared memory.</param>
/// <param name="Body">What it does.</param>
internal sealed record KernelText(
    (int X, int Y, int Z) Threads, int Buffers, bool SelectsBuffers, string Prelude, string Shared, StringBuilder Body);

/// <summary>A language of whole kernels: how a kernel begins, finds its threads, parameters and memory.</summary>
/// <param name="language">The language.</param>
/// <param name="files">The names of its files of primitives.</param>
internal abstract class KernelDialect(KernelLanguage language, params string[] files) : Dialect(files)
{
    /// <summary>The language.</summary>
    public KernelLanguage Language { get; } = language;

    /// <summary>Waits for the threads of the group.</summary>
    public abstract string Barrier { get; }

    /// <summary>What stands before a loop.</summary>
    public virtual string Loop => "";

    /// <summary>The index of a thread over the whole launch.</summary>
    /// <param name="axis">x, y or z.</param>
    /// <param name="threads">The threads of a group along it.</param>
    public abstract string GlobalIndex(char axis, int threads);

    /// <summary>The index of a group.</summary>
    public abstract string GroupIndex(char axis);

    /// <summary>The index of a thread within its group.</summary>
    public abstract string LocalIndex(char axis);

    /// <summary>A word of the parameters, unsigned.</summary>
    public abstract string Word(string place);

    /// <summary>A number by its two words.</summary>
    public abstract string FromWords(ValueKind kind, string low, string high);

    /// <summary>A declaration of shared memory.</summary>
    public abstract string Shared(string type, string variable, int count);

    /// <summary>Declares where a buffer lies, by its two words.</summary>
    public abstract string DeclareBuffer(int buffer, string low, string high);

    /// <summary>Declares where a buffer lies that is found by its words at run time.</summary>
    /// <param name="buffer">Its number.</param>
    /// <param name="bound">How many buffers are bound.</param>
    /// <param name="low">The low word.</param>
    /// <param name="high">The high word.</param>
    public abstract string DeclareSelected(int buffer, int bound, string low, string high);

    /// <summary>An element as its register holds it.</summary>
    /// <param name="buffer">The buffer's number.</param>
    /// <param name="isSelected">Whether it was found at run time.</param>
    /// <param name="dtype">How it is stored.</param>
    /// <param name="index">Its place, in elements.</param>
    /// <param name="use">Takes note of a function that is used.</param>
    public abstract string Load(int buffer, bool isSelected, DType dtype, string index, Func<string, string> use);

    /// <summary>The statement that writes an element.</summary>
    /// <inheritdoc cref="Load"/>
    public abstract string Store(
        int buffer, bool isSelected, DType dtype, string index, string value, Func<string, string> use);

    /// <summary>The whole text.</summary>
    public abstract string Assemble(KernelText kernel);
}
