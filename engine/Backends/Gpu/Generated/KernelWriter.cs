namespace KernelEngine.Gpu;

/// <summary>A value in a kernel that is being written.</summary>
/// <param name="Id">The writer's number for it.</param>
/// <param name="Kind">Its kind.</param>
internal readonly record struct Value(int Id, ValueKind Kind);

/// <summary>A variable of a thread, in a kernel that is being written.</summary>
/// <param name="Id">The writer's number for it.</param>
/// <param name="Kind">The kind of its value.</param>
internal readonly record struct Variable(int Id, ValueKind Kind);

/// <summary>Group-shared memory, in a kernel that is being written.</summary>
/// <param name="Id">The writer's number for it.</param>
/// <param name="Kind">The kind of its elements.</param>
/// <param name="Count">How many.</param>
internal readonly record struct SharedArray(int Id, ValueKind Kind, int Count);

/// <summary>
/// Writes a generated kernel, in SPIR-V words or as source text: kernels of expressions and reductions are described
/// once, by calls of these methods. Values are written in the order of the calls; a value made within a block
/// (<see cref="For"/>, <see cref="If"/>) is only known in it, variables everywhere.
/// </summary>
/// <remarks>
/// The parameters of a launch are 32-bit words. The first four are for the engine (<see cref="ParameterLayout"/>),
/// then two for each buffer (its address, or its byte offset in what is bound), then the kernel's own.
/// </remarks>
internal abstract class KernelWriter
{
    /// <summary>The first word of the kernel's own parameters, where it has so many buffers.</summary>
    public virtual int FirstWord(int buffers) => ParameterLayout.Own(buffers);

    /// <summary>A number; for real kinds its bits, as registers hold them.</summary>
    public abstract Value Constant(long bits, ValueKind kind);

    /// <summary>The index of this thread over the whole launch, int32.</summary>
    public abstract Value GlobalIndex(int axis);

    /// <summary>The index of this thread's group, int32.</summary>
    public abstract Value GroupIndex(int axis);

    /// <summary>The index of this thread within its group, int32.</summary>
    public abstract Value LocalIndex(int axis);

    /// <summary>A word of the parameters at a constant place, int32.</summary>
    public abstract Value Parameter(int word);

    /// <summary>A word of the parameters at a place that is the same for all threads of a group, int32.</summary>
    public abstract Value ParameterAt(Value word);

    /// <summary>A parameter of any kind: a word, or two for 64-bit kinds, the low one first. Truth values are not 0.
    /// </summary>
    public abstract Value Parameter(int word, ValueKind kind);

    /// <summary>Applies a primitive (no recipe) as a program's step does; also for int32 arithmetic on indices.</summary>
    /// <param name="primitive">What to compute.</param>
    /// <param name="kind">The kind of the result.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="payload">The code of a dtype, for <c>narrow</c>.</param>
    /// <param name="table">The numbers of a lookup.</param>
    public abstract Value Apply(
        Primitive primitive, ValueKind kind, ReadOnlySpan<Value> arguments, long payload = 0, Array? table = null);

    /// <summary>Reads an element of a buffer into a register of its dtype's kind.</summary>
    /// <param name="buffer">The buffer's number, from 0.</param>
    /// <param name="dtype">How the element is stored.</param>
    /// <param name="index">Its place, in elements, int32.</param>
    public abstract Value Load(int buffer, DType dtype, Value index);

    /// <summary>Writes an element of a buffer, rounded to its dtype.</summary>
    /// <inheritdoc cref="Load"/>
    public abstract void Store(int buffer, DType dtype, Value index, Value value);

    /// <summary>
    /// A further buffer, whose two words lie at a place of the parameters that is the same for all threads of a group:
    /// a member of a list of tensors. Where memory is bound, the upper 8 bits of the two words say which of the first
    /// <see cref="ParameterLayout.BoundSlabs"/> buffers it lies in, and the others are the offset.
    /// </summary>
    public abstract int BufferAt(Value word);

    /// <summary>A variable with a value to begin with.</summary>
    public abstract Variable Declare(Value initial);

    /// <summary>The value of a variable, now.</summary>
    public abstract Value Get(Variable variable);

    /// <summary>Sets a variable.</summary>
    public abstract void Set(Variable variable, Value value);

    /// <summary>A loop: from, from + step, … while below to; all int32.</summary>
    public abstract void For(Value from, Value to, Value step, Action<Value> body);

    /// <summary>Runs a block, or another, by a truth value.</summary>
    public abstract void If(Value condition, Action then, Action? otherwise = null);

    /// <summary>Group-shared memory. Truth values are not allowed.</summary>
    public abstract SharedArray DeclareShared(ValueKind kind, int count);

    /// <summary>Reads an element of shared memory.</summary>
    public abstract Value LoadShared(SharedArray array, Value index);

    /// <summary>Writes an element of shared memory.</summary>
    public abstract void StoreShared(SharedArray array, Value index, Value value);

    /// <summary>Waits for all threads of the group; they see each other's shared memory then. Never within an
    /// <see cref="If"/> that not all threads enter.</summary>
    public abstract void Barrier();

    /// <summary>The kernel.</summary>
    /// <param name="key">What tells its structure from others'.</param>
    public abstract KernelCode Finish(UInt128 key);
}

/// <summary>Where what lies among the parameters of a launch, in 32-bit words.</summary>
internal static class ParameterLayout
{
    /// <summary>Threads along x of the whole launch: the step of loops over more elements than threads.</summary>
    public const int GridThreads = 0;

    /// <summary>The number of this launch among those that can fail by their data.</summary>
    public const int Fault = 1;

    /// <summary>Groups along x, and along y.</summary>
    public const int GroupsX = 2;

    /// <summary>Groups along y.</summary>
    public const int GroupsY = 3;

    /// <summary>The first word of the buffers; each has two.</summary>
    public const int Buffers = 4;

    /// <summary>How many pieces of memory a kernel over a list of tensors has bound, where memory is bound.</summary>
    public const int BoundSlabs = GpuLimits.LeastBuffers;

    /// <summary>The first word behind the buffers.</summary>
    public static int Own(int buffers) => Buffers + (2 * buffers);
}
