namespace KernelEngine.Gpu;

/// <summary>
/// A launch that is being put together: the words of its parameters, and what it uses. There is one for each thread,
/// so that launches cost no memory.
/// </summary>
internal sealed class LaunchWords
{
    private const int MaxBuffers = 2048;

    [ThreadStatic]
    private static LaunchWords? own;

    private readonly uint[] words = new uint[GpuLimits.ParameterBytes / sizeof(uint)];
    private int wordCount;

    /// <summary>The blocks that the launch uses.</summary>
    public GpuBlock?[] Blocks { get; } = new GpuBlock[MaxBuffers];

    /// <summary>Those whose memory they are: nobody may find them forgotten before the launch is recorded.</summary>
    private GpuBuffer?[] Holders { get; } = new GpuBuffer[MaxBuffers];

    /// <summary>How it uses each.</summary>
    public Access[] Accesses { get; } = new Access[MaxBuffers];

    /// <summary>What is bound, where kernels take no addresses.</summary>
    public GpuMemory?[] Bindings { get; } = new GpuMemory[MaxBuffers];

    /// <summary>How many blocks the launch uses.</summary>
    public int BufferCount { get; private set; }

    /// <summary>How many pieces of memory it binds.</summary>
    public int BindingCount { get; private set; }

    /// <summary>What an exception is made of, should the launch find wrong data.</summary>
    public Fault? Fault { get; set; }

    /// <summary>The words so far.</summary>
    public Span<uint> Words => words.AsSpan(0, wordCount);

    /// <summary>How many more words there is room for.</summary>
    public int Room => words.Length - wordCount;

    /// <summary>How many more blocks there is room for.</summary>
    public int BlockRoom => MaxBuffers - BufferCount;

    /// <summary>Begins a launch on this thread.</summary>
    /// <param name="buffers">How many buffers it declares.</param>
    public static LaunchWords Begin(int buffers)
    {
        var launch = own ??= new();

        // One that was left by an exception.
        launch.End();
        launch.wordCount = ParameterLayout.Own(buffers);
        launch.words.AsSpan(0, launch.wordCount).Clear();
        return launch;
    }

    /// <summary>Ends the launch, recorded or not.</summary>
    public void End()
    {
        Array.Clear(Blocks, 0, BufferCount);
        Array.Clear(Holders, 0, BufferCount);
        Array.Clear(Bindings, 0, BindingCount);
        BufferCount = BindingCount = 0;
        Fault = null;
    }

    /// <summary>Adds a word.</summary>
    public void Add(uint word)
    {
        if (wordCount == words.Length)
            throw new InvalidOperationException("a launch has too many parameters");
        words[wordCount++] = word;
    }

    /// <summary>Uses a buffer.</summary>
    /// <returns>Where it lies.</returns>
    public GpuBlock Use(GpuBuffer buffer, Access access)
    {
        var block = buffer.Block;
        Holders[BufferCount] = buffer;
        Blocks[BufferCount] = block;
        Accesses[BufferCount++] = access;
        return block;
    }

    /// <summary>Sets the words of a declared buffer.</summary>
    public void SetBuffer(int buffer, ulong address)
    {
        words[ParameterLayout.Buffers + (2 * buffer)] = (uint)address;
        words[ParameterLayout.Buffers + (2 * buffer) + 1] = (uint)(address >> 32);
    }

    /// <summary>Binds memory for the next declared buffer.</summary>
    public void Bind(GpuMemory memory) => Bindings[BindingCount++] = memory;

    /// <summary>Where memory is bound, binding it if it is not and there is room.</summary>
    /// <returns>The place; -1 where there is no room.</returns>
    public int BindSlab(GpuMemory memory)
    {
        for (var i = 0; i < BindingCount; i++)
        {
            if (ReferenceEquals(Bindings[i], memory))
                return i;
        }

        if (BindingCount == ParameterLayout.BoundSlabs)
            return -1;
        Bindings[BindingCount] = memory;
        return BindingCount++;
    }
}
