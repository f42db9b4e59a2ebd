// What the values of all threads of a group come to, by way of its memory "partial"; every thread gets it.
#define GROUP_COMBINED(value, COMBINED) \
    partial[local_id.x] = value; \
    BARRIER(); \
    for (int reach = THREADS / 2; reach > 0; reach /= 2) \
    { \
        if (local_id.x < reach) \
        { \
            C beside = partial[local_id.x + reach]; \
            value = partial[local_id.x]; \
            partial[local_id.x] = COMBINED(value, beside); \
        } \
        BARRIER(); \
    } \
    value = partial[0]; \
    BARRIER();

#define GROUP_PLUS(x, y) ((x) + (y))
#define GROUP_SUM(value) GROUP_COMBINED(value, GROUP_PLUS)
#define GROUP_LARGEST(value) GROUP_COMBINED(value, LARGER)
