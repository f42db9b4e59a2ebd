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
    public int Make(int slot, in Guid iid, out ComObject made, params ReadOnlySpan<nint> arguments)
    {
        Span<nint> all = stackalloc nint[7];
        all.Clear();
        arguments.CopyTo(all);
        nint result = 0;
        var kind = iid;
        all[arguments.Length] = (nint)(&kind);
        all[arguments.Length + 1] = (nint)(&result);
        var answer = (int)Call(slot, all[0], all[1], all[2], all[3], all[4], all[5], all[6]);
        made = new(answer < 0 ? 0 : result);
        return answer;
    }

    /// <summary>The same object by another interface; none where it has not that one.</summary>
    public ComObject As(in Guid iid)
    {
        Make(0, iid, out var other);
        return other;
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
