namespace KernelEngine.Nn;

/// <summary>
/// Marks a tensor field, or property with a field behind it, as a buffer: it moves with its module and is saved with
/// it, but not learned. On a property, write <c>[field: Persistent]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class PersistentAttribute : Attribute;

/// <summary>
/// Marks a tensor field as a buffer that is not saved: it moves with its module, but can be computed anew.
/// </summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class BufferAttribute : Attribute;
