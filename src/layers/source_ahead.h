/* A source read ahead by a thread of its own: reading and checking of the next features goes on while the
 * caller stores those before. The features, their order and a failure's place are those of source_next.
 *
 * Between start and stop the source belongs to the reading thread; only source_info may be asked, and only
 * for what source_open decided. Memory: AHEAD_BATCHES batches of at most AHEAD_FEATURES features or about
 * AHEAD_VERTICES vertices (one feature more).
 * Threads: start, next and stop by one thread. */
#ifndef HX_LAYERS_SOURCE_AHEAD_H
#define HX_LAYERS_SOURCE_AHEAD_H

#include "layers/source.h"

enum { AHEAD_BATCHES = 4, AHEAD_FEATURES = 128, AHEAD_VERTICES = 1 << 16 };

struct source_ahead;
/* Without `threaded` everything happens in the caller's thread. */
enum status source_ahead_start(struct source *s, bool threaded, struct source_ahead **out,
                               struct error *e) HX_MUST_CHECK;
/* As source_next. *f is valid until the next call. */
enum status source_ahead_next(struct source_ahead *a, struct source_feature *f, bool *more,
                              struct error *e) HX_MUST_CHECK;
/* Ends the thread, wherever it is. NULL-safe. */
void source_ahead_stop(struct source_ahead *a);

#endif
