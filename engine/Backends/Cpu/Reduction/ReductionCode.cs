using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>The programs of a reduction as this backend runs them; states lie in memory as registers do.</summary>
internal sealed class ReductionCode
{
    private ReductionCode(ReductionProgram source)
    {
        var states = source.State.Length;
        Step = new Lowering(source.Step, states, hasStateOutputs: true).Run();
        Combine = new Lowering(source.Combine, states * 2, hasStateOutputs: true).Run();
        Finish = new Lowering(source.Finish, states).Run();
        Identity = new Uniform[states];
        for (var i = 0; i < states; i++)
        {
            Identity[i] = new(
                Step.InputLanes[i], source.Identity[i].ToRegister(source.State[i].Register), -1);
        }
    }

    public CpuProgram Step { get; }

    public CpuProgram Combine { get; }

    public CpuProgram Finish { get; }

    public Uniform[] Identity { get; }

    public int StateCount => Identity.Length;

    public static ReductionCode Of(ReductionProgram source)
    {
        if (source.HostCode is null)
            Interlocked.CompareExchange(ref source.HostCode, new ReductionCode(source), null);
        return Unsafe.As<ReductionCode>(source.HostCode);
    }

    /// <summary>Bytes of one value of a state.</summary>
    public int WidthOf(int value) => Lanes.SizeOf(Identity[value].Lane);
}
