namespace KernelEngine.Conformance;

/// <summary>Cases of calls and programs that must fail, with the right kind of error.</summary>
internal static class ErrorInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var want = current.Keywords("error");
        if (want.GetValueOrDefault("type") is not string type || want.GetValueOrDefault("message") is not string message)
            throw new CannotBindException("the case has no error with type and message");
        var kind = KindOf(type);
        Action last;
        try
        {
            last = Prepare(current, context);
        }
        catch (Exception e) when (e is not (CannotBindException or OutOfMemoryException))
        {
            return new(CaseStatus.Failed, ErrorGrade.None, $"it failed before its last step: {e.Message}");
        }

        try
        {
            last();
        }
        catch (TensorException e)
        {
            if (e.Kind != kind)
                return new(CaseStatus.Failed, ErrorGrade.Fails, $"{e.Kind} error, not {kind}: {e.Message}");
            return new(CaseStatus.Passed,
                e.Message.StartsWith(message, StringComparison.Ordinal) ? ErrorGrade.Exact : ErrorGrade.Kind, null);
        }
        catch (Exception e) when (e is not (CannotBindException or OutOfMemoryException or IOException))
        {
            return new(CaseStatus.Failed, ErrorGrade.Fails, $"{e.GetType().Name}, not {kind} error: {e.Message}");
        }

        return new(CaseStatus.Failed, ErrorGrade.None, $"it did not fail; PyTorch: {type}: {message}");
    }

    /// <summary>Does what must go well; what it returns must fail.</summary>
    private static Action Prepare(ConformanceCase current, CaseContext context)
    {
        if (!current.Has("steps"))
        {
            var call = new OperatorCall(current, new(current, context));
            return () => call.Invoke();
        }

        var program = new ProgramInterpreter(current, context);
        program.RunAllButLast();
        return program.RunLast;
    }

    private static ErrorKind KindOf(string type) => type switch
    {
        "RuntimeError" => ErrorKind.Runtime,
        "IndexError" => ErrorKind.Index,
        "ValueError" => ErrorKind.Value,
        "TypeError" => ErrorKind.Type,
        "NotImplementedError" => ErrorKind.NotImplemented,
        _ => throw new CannotBindException($"unknown type of error '{type}'"),
    };
}
