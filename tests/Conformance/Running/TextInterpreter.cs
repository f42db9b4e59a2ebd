namespace KernelEngine.Conformance;

/// <summary>Cases of printed forms.</summary>
internal static class TextInterpreter
{
    /// <summary>A tensor, with print options.</summary>
    public static CaseOutcome RunTensor(ConformanceCase current, CaseContext context)
    {
        var tensor = new CaseTensors(current, context).Resolve(current.Value("tensor")) as Tensor
            ?? throw new CannotBindException("the case names no tensor");
        if (current.Flag("requires_grad"))
            tensor.RequiresGrad_();
        var options = new Arguments("set_printoptions", [], current.Keywords("printoptions"));
        try
        {
            Tensor.SetPrintOptions(
                options.IntOrNull(0, "precision"), options.LongOrNull(1, "threshold"),
                options.IntOrNull(2, "edgeitems"), options.IntOrNull(3, "linewidth"), Profile(options),
                options.FlagOrNull(5, "sci_mode"));
            options.CheckAllRead();
            return Compare(tensor.ToString()!, current);
        }
        finally
        {
            Tensor.SetPrintOptions(profile: PrintProfile.Default);
        }
    }

    /// <summary>A tensor that a program made, with the name of its node.</summary>
    public static CaseOutcome RunProgram(ConformanceCase current, CaseContext context)
    {
        var program = new ProgramInterpreter(current);
        program.Run();
        var show = current.String("show") ?? throw new CannotBindException("the case shows no variable");
        return program[show] is Tensor tensor
            ? Compare(tensor.ToString()!, current)
            : CaseOutcome.Failed($"'{show}' is no tensor: {Comparison.Text(program[show])}");
    }

    /// <summary>A module.</summary>
    public static CaseOutcome RunModule(ConformanceCase current, CaseContext context) =>
        Compare(ModuleBindings.Construct(ModuleInterpreter.RecipeOf(current)).ToString(), current);

    private static PrintProfile Profile(Arguments options) => options.Text(4, "profile", "default") switch
    {
        "default" => PrintProfile.Default,
        "short" => PrintProfile.Short,
        "full" => PrintProfile.Full,
        var other => throw options.Wrong("profile", $"is unknown: {other}"),
    };

    private static CaseOutcome Compare(string got, ConformanceCase current)
    {
        var want = current.String("text") ?? throw new CannotBindException("the case has no text");
        return CaseOutcome.Of(got == want ? null : $"printed\n{got}\nnot\n{want}");
    }
}
