namespace KernelEngine;

/// <summary>Which function a factorisation that fails belongs to: PyTorch's words; none where it reports.</summary>
public enum FactorFault
{
    /// <summary>The result says where it failed; nothing is thrown.</summary>
    None,
    /// <summary>linalg.inv.</summary>
    Inv,
    /// <summary>linalg.inv_ex, checked.</summary>
    InvEx,
    /// <summary>linalg.solve.</summary>
    Solve,
    /// <summary>linalg.solve_ex, checked.</summary>
    SolveEx,
    /// <summary>linalg.lu_factor.</summary>
    LuFactor,
    /// <summary>linalg.lu_factor_ex, checked.</summary>
    LuFactorEx,
    /// <summary>linalg.cholesky.</summary>
    Cholesky,
    /// <summary>linalg.cholesky_ex, checked.</summary>
    CholeskyEx,
    /// <summary>cholesky.</summary>
    TensorCholesky,
    /// <summary>linalg.eigh.</summary>
    Eigh,
    /// <summary>linalg.svd.</summary>
    Svd,
}

/// <summary>The exceptions of <see cref="FactorFault"/>.</summary>
public static class FactorFaults
{
    /// <summary>The exception for a matrix that has no factors, or none that can be divided by.</summary>
    /// <param name="fault">The function.</param>
    /// <param name="batch">Which matrix of a batch; null where there is no batch.</param>
    /// <param name="order">
    /// The number, from 1, of the diagonal element that is zero or not positive; for eigh the code of the error.
    /// </param>
    public static TensorException Exception(this FactorFault fault, long? batch, long order)
    {
        var function = fault switch
        {
            FactorFault.Inv => "linalg.inv",
            FactorFault.InvEx => "linalg.inv_ex",
            FactorFault.Solve => "torch.linalg.solve",
            FactorFault.SolveEx => "torch.linalg.solve_ex",
            FactorFault.LuFactor => "torch.linalg.lu_factor",
            FactorFault.LuFactorEx => "torch.linalg.lu_factor_ex",
            FactorFault.Cholesky => "linalg.cholesky",
            FactorFault.CholeskyEx => "linalg.cholesky_ex",
            FactorFault.Eigh => "linalg.eigh",
            FactorFault.Svd => "linalg.svd",
            _ => "cholesky",
        };
        var where = batch is { } element ? $"(Batch element {element}): " : "";
        return fault switch
        {
            FactorFault.Inv or FactorFault.InvEx => new SingularMatrixException(
                $"{function}: {where}The diagonal element {order} is zero, the inversion could not be completed " +
                "because the input matrix is singular."),
            FactorFault.Solve or FactorFault.SolveEx => new SingularMatrixException(
                $"{function}: {where}The solver failed because the input matrix is singular."),
            FactorFault.LuFactor or FactorFault.LuFactorEx => new TensorRuntimeException(
                $"{function}: {where}U[{order},{order}] is zero and using it on lu_solve would result in a division " +
                "by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or " +
                "linalg.lu_factor_ex(A, pivot)"),
            FactorFault.Eigh => new SingularMatrixException(
                $"{function}: {where}The algorithm failed to converge because the input matrix is ill-conditioned or " +
                $"has too many repeated eigenvalues (error code: {order})."),
            FactorFault.Svd => new SingularMatrixException(
                $"{function}: {where}The algorithm failed to converge because the input matrix contained non-finite " +
                "values."),
            _ => new SingularMatrixException(
                $"{function}: {where}The factorization could not be completed because the input is not " +
                $"positive-definite (the leading minor of order {order} is not positive-definite)."),
        };
    }
}

/// <summary>
/// A matrix that is singular, or not positive-definite, where it must not be. As <c>torch.linalg.LinAlgError</c>.
/// </summary>
public sealed class SingularMatrixException(string message, string? advice = null)
    : TensorRuntimeException(message, advice);
