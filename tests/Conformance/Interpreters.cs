namespace KernelEngine.Conformance;

/// <summary>Runs a case on the engine and compares.</summary>
public delegate CaseOutcome CaseInterpreter(ConformanceCase current, CaseContext context);

/// <summary>Which interpreter reads which group.</summary>
public static class Interpreters
{
    private static readonly Dictionary<string, CaseInterpreter> ByGroup = new()
    {
        ["opinfo"] = CallInterpreter.Run,
        ["errors"] = ErrorInterpreter.Run,
        ["programs"] = ProgramInterpreter.Run,
        ["modules"] = ModuleInterpreter.Run,
        ["training/toy"] = TrainingInterpreter.RunToy,
        ["training/optimizers"] = TrainingInterpreter.RunOptimizer,
        ["schedulers"] = SchedulerInterpreter.Run,
        ["text/module_repr"] = TextInterpreter.RunModule,
        ["text/tensor_repr"] = TextInterpreter.RunTensor,
        ["text/grad_fn_repr"] = TextInterpreter.RunProgram,
    };

    /// <summary>The interpreter of a group, found by its name or its folder's.</summary>
    /// <exception cref="CannotBindException">There is none.</exception>
    public static CaseInterpreter Find(string group) =>
        ByGroup.GetValueOrDefault(group) ?? ByGroup.GetValueOrDefault(group[..group.IndexOf('/')])
            ?? throw new CannotBindException($"no interpreter for the group '{group}'");
}
