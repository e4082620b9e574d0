/* Several doubles at once, as many as the processor adds in one instruction. Private to the pair kernel,
 * which is compiled once per instruction set: the compiler's own vectors do the arithmetic on every
 * processor, and the few things that they cannot say have a version for each set. Lanes never mix here, so
 * that the width changes no result. */
#ifndef HX_INDEX_LANES_H
#define HX_INDEX_LANES_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__AVX2__)
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif

typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef int64_t lanes_mask __attribute__((vector_size(LANES * sizeof(int64_t)))); /* 0 or -1 in each lane */

static inline lanes lanes_load(const double *p) /* of any alignment */
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline lanes lanes_of(double v)
{
    return (lanes){0} + v;
}

/* Bit i is the sign of lane i. */
static inline unsigned lanes_signs(lanes v)
{
#if defined(__AVX2__)
    return (unsigned)_mm256_movemask_pd((__m256d)v);
#elif defined(__SSE2__)
    return (unsigned)_mm_movemask_pd((__m128d)v);
#else
    lanes_mask m = (lanes_mask)v;
    unsigned bits = 0;
    for (int i = 0; i < LANES; i++)
        bits |= (unsigned)(m[i] < 0) << i;
    return bits;
#endif
}

static inline unsigned lanes_bits(lanes_mask m)
{
    return lanes_signs((lanes)m);
}

static inline lanes lanes_where(lanes_mask m, lanes yes) /* 0 elsewhere */
{
    return (lanes)(m & (lanes_mask)yes);
}

static inline lanes lanes_select(lanes_mask m, lanes yes, lanes no)
{
#if defined(__AVX2__)
    return (lanes)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)m);
#else
    return (lanes)((m & (lanes_mask)yes) | (~m & (lanes_mask)no));
#endif
}

/* a < b ? a : b */
static inline lanes lanes_least(lanes a, lanes b)
{
#if defined(__AVX2__)
    return (lanes)_mm256_min_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
    return (lanes)_mm_min_pd((__m128d)a, (__m128d)b);
#else
    return lanes_select(a < b, a, b);
#endif
}

/* a > b ? a : b */
static inline lanes lanes_most(lanes a, lanes b)
{
#if defined(__AVX2__)
    return (lanes)_mm256_max_pd((__m256d)a, (__m256d)b);
#elif defined(__SSE2__)
    return (lanes)_mm_max_pd((__m128d)a, (__m128d)b);
#else
    return lanes_select(a > b, a, b);
#endif
}

#endif
