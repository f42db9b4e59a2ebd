using static KernelEngine.MatrixArguments;

namespace KernelEngine;

/// <content>Orthogonal factorisations.</content>
public static partial class Linalg
{
    /// <summary>A = Q · R, with orthogonal columns of Q and upper triangular R. As <c>torch.linalg.qr</c>.</summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="mode">
    /// <c>reduced</c>: Q has min(M, N) columns; <c>complete</c>: M; <c>r</c>: Q is empty, R as when reduced.
    /// </param>
    /// <exception cref="TensorException">The mode is unknown, or the dtype another.</exception>
    public static (Tensor Q, Tensor R) Qr(Tensor a, string mode = "reduced")
    {
        CheckMatrix(a, "linalg.qr");
        CheckFloating(a, "linalg.qr");
        if (mode is not ("reduced" or "complete" or "r"))
        {
            throw new TensorRuntimeException(
                $"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', or 'complete'");
        }

        var wantsQ = mode != "r";
        var (computed, r) = Spectral.Triangle(a, mode == "complete", wantsQ);
        var q = computed ?? Tensor.Empty([0], a.DType, a.Device);
        if (Tensor.ShouldRecord(a))
        {
            var node = Tensor.Recorded("LinalgQrBackward0", [q, r], (g, saved) =>
            {
                if (!wantsQ)
                {
                    throw new TensorRuntimeException(
                        "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use " +
                        "linalg.qr(A, mode='reduced') if you are going to require gradients");
                }

                if (mode == "complete" && saved[0].Shape[^2] > saved[1].Shape[^1])
                {
                    throw new TensorRuntimeException(
                        "The QR decomposition is not differentiable when mode='complete' and nrows > ncols");
                }

                return [DifferentiateQr(saved[0], saved[1], g[0], g[1])];
            }, a);
            node.OutputCount = 2;
            q.SetHistory(node, 0);
            r.SetHistory(node, 1);
        }

        return (q, r);
    }

    /// <summary>
    /// Eigenvalues, ascending, and orthonormal eigenvectors of symmetric matrices. As <c>torch.linalg.eigh</c>.
    /// </summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <param name="uplo">Which triangle is read: <c>L</c> or <c>U</c>.</param>
    /// <returns>[…, N] and [..., N, N]: A = V · diag(L) · Vᵀ.</returns>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static (Tensor Eigenvalues, Tensor Eigenvectors) Eigh(Tensor a, string uplo = "L")
    {
        var (values, vectors) = Eigh(a, uplo, true);
        return (values, vectors!);
    }

    /// <summary>The eigenvalues of symmetric matrices, ascending. As <c>torch.linalg.eigvalsh</c>.</summary>
    /// <param name="a">[…, N, N], float32 or float64.</param>
    /// <param name="uplo">Which triangle is read: <c>L</c> or <c>U</c>.</param>
    /// <exception cref="TensorException">The matrices are not square, or of another dtype.</exception>
    public static Tensor Eigvalsh(Tensor a, string uplo = "L") => Eigh(a, uplo, Tensor.ShouldRecord(a)).Values;

    /// <summary>
    /// A = U · diag(S) · Vᵀ with orthonormal columns of U and V, singular values descending. As
    /// <c>torch.linalg.svd</c>.
    /// </summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <param name="fullMatrices">Whether U is M×M and Vᵀ N×N; else they have min(M, N) columns and rows.</param>
    /// <exception cref="TensorException">The dtype is another, or an element is not finite.</exception>
    public static (Tensor U, Tensor S, Tensor Vh) Svd(Tensor a, bool fullMatrices = true)
    {
        var (u, values, vt) = Svd(a, fullMatrices, true);
        return (u!, values, vt!);
    }

    /// <summary>Singular values, descending. As <c>torch.linalg.svdvals</c>.</summary>
    /// <param name="a">[…, M, N], float32 or float64.</param>
    /// <exception cref="TensorException">The dtype is another, or an element is not finite.</exception>
    public static Tensor Svdvals(Tensor a) => Svd(a, false, Tensor.ShouldRecord(a)).Values;

    private static (Tensor Values, Tensor? Vectors) Eigh(Tensor a, string uplo, bool wantsVectors)
    {
        CheckSquare(a, "linalg.eigh");
        if (uplo is not ("L" or "U" or "l" or "u"))
            throw new TensorRuntimeException($"Expected UPLO argument to be 'L' or 'U', but got {uplo}");
        var (values, vectors) = Spectral.Eigenvalues(a, uplo is "U" or "u", wantsVectors);
        if (vectors is not null && Tensor.ShouldRecord(a))
        {
            var node = Tensor.Recorded("LinalgEighBackward0", [values, vectors], (g, saved) =>
            {
                var v = saved[1];
                if (g[1] is not { } gradient)
                    return [g[0] is { } own ? (v * own.Unsqueeze(-2)).Matmul(v.Mt) : null];

                // How far the eigenvalues are apart; the diagonal has no say.
                var apart = saved[0].Unsqueeze(-2) - saved[0].Unsqueeze(-1);
                var inner = v.Mt.Matmul(gradient) / (apart + Identity(v));
                inner -= inner.Diagonal(0, -2, -1).DiagEmbed();
                if (g[0] is { } ofValues)
                    inner += ofValues.DiagEmbed();
                return [v.Matmul(inner).Matmul(v.Mt)];
            }, a);
            node.OutputCount = 2;
            values.SetHistory(node, 0);
            vectors.SetHistory(node, 1);
        }

        return (values, vectors);
    }

    private static (Tensor? U, Tensor Values, Tensor? Vt) Svd(Tensor a, bool full, bool wantsVectors)
    {
        CheckMatrix(a, "linalg.svd");
        CheckFloating(a, "linalg.svd");
        var (u, values, vt) = Spectral.SingularValues(a, full, wantsVectors);
        if (u is not null && vt is not null && Tensor.ShouldRecord(a))
        {
            var node = Tensor.Recorded("LinalgSvdBackward0", [u, values, vt], (g, saved) =>
            {
                var least = saved[1].Shape[^1];
                return
                [
                    DifferentiateSvd(
                        saved[0].Narrow(-1, 0, least), saved[1], saved[2].Narrow(-2, 0, least),
                        g[0]?.Narrow(-1, 0, least), g[1], g[2]?.Narrow(-2, 0, least)),
                ];
            }, a);
            node.OutputCount = 3;
            u.SetHistory(node, 0);
            values.SetHistory(node, 1);
            vt.SetHistory(node, 2);
        }

        return (u, values, vt);
    }

    /// <summary>Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2018.</summary>
    private static Tensor? DifferentiateQr(Tensor q, Tensor r, Tensor? gQ, Tensor? gR)
    {
        if (gQ is null && gR is null)
            return null;
        var (rows, columns) = (r.Shape[^2], r.Shape[^1]);
        if (rows < columns)
        {
            // A = Q · [U, V]: its first columns have factors of their own, and V = Qᵀ · Y.
            var (rest, ofRest) = (r.Narrow(-1, rows, columns - rows), gR?.Narrow(-1, rows, columns - rows));
            if (ofRest is not null)
            {
                var turned = q.Matmul(rest).Matmul(ofRest.Mt);
                gQ = gQ is null ? turned : gQ + turned;
            }

            var first = DifferentiateQr(
                q, r.Narrow(-1, 0, rows), gQ ?? Tensor.ZerosLike(q), gR?.Narrow(-1, 0, rows))!;
            var second = ofRest is null ? Tensor.ZerosLike(q.Matmul(rest)) : q.Matmul(ofRest);
            return Tensor.Cat([first, second], -1);
        }

        var inner = gR is null ? null : gR.Matmul(r.Mt);
        if (gQ is not null)
            inner = inner is null ? -q.Mt.Matmul(gQ) : inner - q.Mt.Matmul(gQ);

        // The upper triangle, mirrored.
        var upper = inner!.Triu();
        var whole = q.Matmul(upper + upper.Triu(1).Mt);
        if (gQ is not null)
            whole += gQ;
        return TriangularSystem.Solve(r.Mt, whole, upper: false, left: false, unit: false);
    }

    /// <summary>Townsend, Differentiating the singular value decomposition, 2016.</summary>
    private static Tensor? DifferentiateSvd(
        Tensor u, Tensor s, Tensor vt, Tensor? gU, Tensor? gS, Tensor? gVt)
    {
        if (gU is null && gVt is null)
            return gS is null ? null : (u * gS.Unsqueeze(-2)).Matmul(vt);
        var apart = (s.Unsqueeze(-2) - s.Unsqueeze(-1)) * (s.Unsqueeze(-2) + s.Unsqueeze(-1)) +
            Tensor.Eye(s.Shape[^1], null, s.DType, s.Device);
        Tensor? inner = null;
        if (gU is not null)
        {
            var turned = u.Mt.Matmul(gU);
            inner = (turned - turned.Mt) / apart * s.Unsqueeze(-2);
        }

        if (gVt is not null)
        {
            var turned = vt.Matmul(gVt.Mt);
            var other = s.Unsqueeze(-1) * ((turned - turned.Mt) / apart);
            inner = inner is null ? other : inner + other;
        }

        if (gS is not null)
            inner = inner! + gS.DiagEmbed();
        var whole = u.Matmul(inner!).Matmul(vt);
        if (gU is not null && u.Shape[^2] > u.Shape[^1])
            whole += ((gU - u.Matmul(u.Mt.Matmul(gU))) / s.Unsqueeze(-2)).Matmul(vt);
        if (gVt is not null && vt.Shape[^1] > vt.Shape[^2])
            whole += (u / s.Unsqueeze(-2)).Matmul(gVt - gVt.Matmul(vt.Mt).Matmul(vt));
        return whole;
    }
}
