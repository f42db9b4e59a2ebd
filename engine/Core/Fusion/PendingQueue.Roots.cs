namespace KernelEngine;

/// <content>Results that nothing reads yet.</content>
internal sealed partial class PendingQueue
{
    private bool HasTooManyRoots => roots.Count > MostRoots || rootBytes > mostRootBytes;

    private void MakeRoom(PendingCall latest)
    {
        if (!HasTooManyRoots)
            return;
        PendingResult? oldest;
        lock (gate)
        {
            oldest = OldestRoot() is { } root && HasTooManyRoots ? root : null;
        }

        if (oldest is not null && !ReferenceEquals(oldest.Call, latest))
            TryCompute(oldest);
    }

    // Those that are no roots any more would keep memory that nobody else does.
    private void ForgetOthers()
    {
        var kept = 0;
        rootBytes = 0;
        for (var i = 0; i < roots.Count; i++)
        {
            if (!IsRoot(roots[i]))
                continue;
            rootBytes += roots[i].ByteCount;
            roots[kept++] = roots[i];
        }

        roots.RemoveRange(kept, roots.Count - kept);
    }

    private PendingResult? OldestRoot()
    {
        ForgetOthers();
        return roots.Find(r => !r.Call.IsRunning);
    }

    private static bool IsRoot(PendingResult result) =>
        !result.IsDone && !result.IsFreed && !result.IsRead;

    private static bool IsRoot(PendingCall call) => Array.Exists(call.Results, IsRoot);
}
