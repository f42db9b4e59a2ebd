// The power of two that leaves numbers of this size below two, where it and its reciprocal are at most "most"; 1 for
// what has no size.
FUNCTION C scale_of(C largest, C most)
{
    C scale = C_CONST(1);
    if (largest > C_CONST(0) && largest < K_INFINITY)
    {
        while (scale <= largest * REAL(0.5f) && scale < most)
            scale *= C_CONST(2);
        while (scale > largest && scale * most > C_CONST(1))
            scale *= REAL(0.5f);
    }

    return scale;
}
