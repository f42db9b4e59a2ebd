namespace KernelEngine.Conformance;

/// <summary>A directory or file of cases that cannot be read: nothing can be said about the engine.</summary>
public sealed class CaseFormatException(string message, Exception? inner = null) : Exception(message, inner);
