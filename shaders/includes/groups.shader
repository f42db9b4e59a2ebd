// What the values of all threads of a group come to, by way of its memory "partial"; every thread gets it. How a value
// goes with the one beside it is an expression: HLSL's macros take no macro as an argument.
#define GROUP_COMBINED(value, combined) \
    partial[local_id.x] = value; \
    BARRIER(); \
    for (int reach = THREADS / 2; reach > 0; reach /= 2) \
    { \
        if (local_id.x < reach) \
        { \
            C beside = partial[local_id.x + reach]; \
            value = partial[local_id.x]; \
            partial[local_id.x] = combined; \
        } \
        BARRIER(); \
    } \
    value = partial[0]; \
    BARRIER();

#define GROUP_SUM(value) GROUP_COMBINED(value, value + beside)
#define GROUP_LARGEST(value) GROUP_COMBINED(value, LARGER(value, beside))
