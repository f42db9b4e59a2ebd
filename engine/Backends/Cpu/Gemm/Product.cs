namespace KernelEngine.Cpu;

/// <summary>C = alpha · A·B + beta · C + bias: pointers, sizes, and strides in elements.</summary>
internal unsafe struct Product<T> where T : unmanaged
{
    public nint M;
    public nint N;
    public nint K;
    public T* A;
    public nint ARow;
    public nint AStep;
    public T* B;
    public nint BStep;
    public nint BColumn;
    public T* C;
    public nint Ldc;
    public T Alpha;
    public T Beta;

    /// <summary>N values that are added to every row, or null.</summary>
    public T* Bias;
}

/// <summary>How products of one element type are computed.</summary>
internal interface IGemmEngine<T> where T : unmanaged
{
    /// <summary>
    /// Computes rows m0 to m1 and columns n0 to n1 of C. Which range a caller asks for must not change a bit of it.
    /// </summary>
    static abstract void Block(in Product<T> product, nint m0, nint m1, nint n0, nint n1);
}
