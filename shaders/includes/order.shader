// The order of elements: NaN lies behind all numbers.
#define ASCENDS(x, y) (LT(x, y) || (IS_NAN(y) && !IS_NAN(x)))
#if DESCENDING
#define IS_BEFORE(x, y) ASCENDS(y, x)
#else
#define IS_BEFORE(x, y) ASCENDS(x, y)
#endif
