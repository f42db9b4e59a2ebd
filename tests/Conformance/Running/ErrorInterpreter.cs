namespace KernelEngine.Conformance;

/// <summary>Cases of calls and programs that must fail, with the right kind of error.</summary>
internal static class ErrorInterpreter
{
    public static CaseOutcome Run(ConformanceCase current, CaseContext context)
    {
        var want = current.Keywords("error");
        if (want.GetValueOrDefault("type") is not string type
            || want.GetValueOrDefault("message") is not string message)
        {
            throw new CannotBindException("the case has no error with type and message");
        }

        var kind = KindOf(type);
        var program = current.Has("steps") ? new ProgramInterpreter(current) : null;
        var call = program is null ? new OperatorCall(current, new(current, context)) : null;
        try
        {
            program?.Run();
            call?.Invoke();

            // What a kernel finds in its data shows when the host waits.
            context.Device.Synchronize();
        }
        catch (Exception e) when (program is { IsAtLastStep: false } && e is not CannotBindException)
        {
            return new(CaseStatus.Failed, ErrorGrade.None, $"it failed before its last step: {e.Message}");
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

    private static ErrorKind KindOf(string type) => type switch
    {
        "RuntimeError" or "_LinAlgError" => ErrorKind.Runtime,
        "IndexError" => ErrorKind.Index,
        "ValueError" or "AssertionError" => ErrorKind.Value,
        "TypeError" => ErrorKind.Type,
        "NotImplementedError" => ErrorKind.NotImplemented,
        _ => throw new CannotBindException($"unknown type of error '{type}'"),
    };
}
