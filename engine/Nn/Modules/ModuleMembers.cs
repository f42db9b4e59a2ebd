using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace KernelEngine.Nn;

/// <summary>Finds what a module consists of in its fields.</summary>
internal static class ModuleMembers
{
    /// <summary>What must be kept of a module's type when a program is trimmed.</summary>
    public const DynamicallyAccessedMemberTypes Needed = DynamicallyAccessedMemberTypes.AllFields;

    private static readonly ConcurrentDictionary<Type, Field[]> Known = new();

    /// <summary>The members: each object once, those of base classes first.</summary>
    public static IEnumerable<ModuleMember> Of(Module module)
    {
        var fields = Known.TryGetValue(module.GetType(), out var found) ? found : Remember(module);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (var field in fields)
        {
            if (field.Info.GetValue(module) is not { } value)
                continue;
            foreach (var member in Entered(field, field.Name, value))
            {
                if (seen.Add(member.Value))
                    yield return member;
            }
        }
    }

    /// <summary>The fields of a module that can hold modules or tensors.</summary>
    public static IEnumerable<FieldInfo> FieldsOf(Module module) =>
        (Known.TryGetValue(module.GetType(), out var found) ? found : Remember(module)).Select(f => f.Info);

    /// <summary>PyTorch's spelling of a name: <c>OutProj</c>, <c>outProj</c> and <c>_outProj</c> give
    /// <c>out_proj</c>.</summary>
    public static string SpellingOf(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c == '_' && text.Length == 0)
                continue;
            if (char.IsUpper(c) && text.Length > 0 && text[^1] != '_' &&
                (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]))))
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.Length == 0 ? name : text.ToString();
    }

    private static Field[] Remember(Module module)
    {
        var fields = FieldsOf(module.GetType());
        Known[module.GetType()] = fields;
        return fields;
    }

    private static Field[] FieldsOf([DynamicallyAccessedMembers(Needed)] Type type)
    {
        var levels = new Stack<FieldInfo[]>();
        for (var level = type; level is not null && level != typeof(Module); level = level.BaseType)
        {
            levels.Push(level.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        }

        return
        [
            .. levels.SelectMany(l => l).Where(f => CanHold(f.FieldType)).Select(f => new Field(
                f, SpellingOf(Unmangled(f.Name)), f.IsDefined(typeof(PersistentAttribute), false),
                f.IsDefined(typeof(BufferAttribute), false))),
        ];
    }

    /// <summary>
    /// The name in the source: <c>&lt;Head&gt;k__BackingField</c> belongs to a property, <c>&lt;shared&gt;P</c> to a
    /// constructor's parameter.
    /// </summary>
    private static string Unmangled(string name) =>
        name.StartsWith('<') && name.IndexOf('>') is var end and > 1 ? name[1..end] : name;

    /// <summary>Whether a field can hold modules or tensors, so that long arrays of numbers are not walked.</summary>
    private static bool CanHold(Type type)
    {
        if (type.IsValueType || type == typeof(string) || typeof(Delegate).IsAssignableFrom(type))
            return false;
        if (type.IsArray)
            return CanHold(type.GetElementType()!);
        return !type.IsGenericType || !typeof(IEnumerable).IsAssignableFrom(type) ||
            type.GetGenericArguments().Any(CanHold);
    }

    private static IEnumerable<ModuleMember> Entered(Field field, string name, object value) => value switch
    {
        Module or Parameter => [new(name, value)],
        Tensor when field.IsPersistent || field.IsBuffer => [new(name, value, field.IsPersistent)],
        Tensor => [],
        IDictionary dictionary => Entries(field, name, dictionary),
        IList list => Items(field, name, list),
        _ => [],
    };

    private static IEnumerable<ModuleMember> Entries(Field field, string name, IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
        {
            if (entry.Value is not null)
            {
                foreach (var member in Entered(field, $"{name}.{entry.Key}", entry.Value))
                    yield return member;
            }
        }
    }

    private static IEnumerable<ModuleMember> Items(Field field, string name, IList list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is { } item)
            {
                foreach (var member in Entered(field, $"{name}.{i}", item))
                    yield return member;
            }
        }
    }

    private sealed record Field(FieldInfo Info, string Name, bool IsPersistent, bool IsBuffer);
}
