namespace KernelEngine.Gpu;

/// <summary>Where the commands of a batch are written to, in a backend's own way.</summary>
internal interface ICommandWriter
{
    /// <summary>What comes now sees what was written before, and overwrites what was read.</summary>
    void Barrier();

    /// <summary>Launches a kernel.</summary>
    void Launch(in GpuCommand command);

    /// <summary>Copies memory.</summary>
    void Copy(in GpuCommand command);

    /// <summary>Of a batch that is measured: notes the time behind so many commands.</summary>
    void Note(int count);
}
