// What is there and what is added to it, by HOW: 0 sum, 1 product, 2 minimum, 3 maximum. NaN is the smallest and the
// largest; of equal ones the one that is there stays.
#if HOW == 0
#define COMBINE(x, y) ADD(x, y)
#elif HOW == 1
#define COMBINE(x, y) MUL(x, y)
#elif HOW == 2
#define COMBINE(x, y) (IS_NAN(x) || LE(x, y) ? x : y)
#else
#define COMBINE(x, y) (IS_NAN(x) || LE(y, x) ? x : y)
#endif
