namespace KernelEngine.DirectCompute;

/// <summary>An object of Direct3D: a pointer to a pointer to its methods.</summary>
/// <param name="Handle">The pointer; 0 is no object.</param>
internal readonly unsafe record struct ComObject(nint Handle)
{
    /// <summary>Whether there is none.</summary>
    public bool IsNull => Handle == 0;

    /// <summary>Calls the method of a slot.</summary>
    public nint Call(
        int slot, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0, nint g = 0) =>
        MicrosoftCall.Invoke((*(nint**)Handle)[slot], Handle, a, b, c, d, e, f, g);

    /// <summary>Calls a method whose last arguments are the kind of object wanted and where it goes.</summary>
    /// <param name="slot">The method.</param>
    /// <param name="iid">The kind.</param>
    /// <param name="made">The object; none where it failed.</param>
    /// <param name="arguments">Those before.</param>
    /// <returns>What it answered.</returns>
    public int Make(int slot, in Guid iid, out ComObject made, params ReadOnlySpan<nint> arguments) =>
        Make((*(nint**)Handle)[slot], iid, out made, [Handle, .. arguments]);

    /// <summary>Calls a function as <see cref="Make(int, in Guid, out ComObject, ReadOnlySpan{nint})"/> does a method.
    /// </summary>
    public static int Make(nint function, in Guid iid, out ComObject made, params ReadOnlySpan<nint> arguments)
    {
        Span<nint> all = stackalloc nint[8];
        all.Clear();
        arguments.CopyTo(all);
        nint result = 0;
        var kind = iid;
        all[arguments.Length] = (nint)(&kind);
        all[arguments.Length + 1] = (nint)(&result);
        var answer = (int)MicrosoftCall.Invoke(
            function, all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7]);
        made = new(answer < 0 ? 0 : result);
        return answer;
    }

    /// <summary>The same object by another interface; none where it has not that one.</summary>
    public ComObject As(in Guid iid)
    {
        ComObject other = default;
        if (Handle != 0)
            Make(0, iid, out other);
        return other;
    }

    /// <summary>Whether it is the same object as another, by whatever interfaces.</summary>
    public bool Is(ComObject other)
    {
        var (own, others) = (As(Interfaces.Unknown), other.As(Interfaces.Unknown));
        own.Release();
        others.Release();
        return own == others && !own.IsNull;
    }

    /// <summary>Holds it once more.</summary>
    public ComObject Retain()
    {
        Call(1);
        return this;
    }

    /// <summary>Lets go of it, if there is one.</summary>
    public void Release()
    {
        if (Handle != 0)
            Call(2);
    }

    /// <summary>The bytes of an ID3DBlob, which is let go.</summary>
    public byte[] TakeBytes()
    {
        if (Handle == 0)
            return [];
        var bytes = new ReadOnlySpan<byte>((void*)Call(3), (int)Call(4)).ToArray();
        Release();
        return bytes;
    }
}
