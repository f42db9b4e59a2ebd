// The larger of two, NaN before all numbers: the first one's, if both are.
#define LARGER(x, y) (IS_NAN(x) || LT(y, x) ? (x) : (y))
