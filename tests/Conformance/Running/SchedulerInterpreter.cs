namespace KernelEngine.Conformance;

/// <summary>Cases of learning-rate schedulers. The engine has none yet, so that each fails by its name.</summary>
internal static class SchedulerInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context) =>
        throw CannotBindException.UnknownOperator("optim.lr_scheduler." + current.NameOf("scheduler"));
}
